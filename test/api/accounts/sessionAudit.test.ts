import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Request } from 'express';
import { createSessionAudit } from '../../../api/accounts/auth/sessionAudit.ts';
import { startContext } from '../../../api/http/requestContext.ts';
import { DomainError } from '../../../domain/errors.ts';
import { createLogger } from '../../../platform/logger.ts';

const log = createLogger({ name: 'test', level: 'silent', format: 'json' });
const wrong = new DomainError('loginNotFound', 'wrong login or password');

function build(record: (after: object | undefined) => Promise<void>) {
  let now = 0;
  const audit = { record: (entry: { after?: object }) => record(entry.after) };
  const sessionAudit = createSessionAudit({ audit, log, linesPerMinute: 3, now: () => now });
  const req = Object.create({ ip: '192.0.2.7' }) as Request;
  startContext(req, 'a request');
  return {
    guess: () => sessionAudit.refused(req, 'guess@example.com', wrong),
    pass: (ms: number) => void (now += ms),
  };
}

test('who guesses for ever does not fill the audit, and the next line says what was not written', async () => {
  const lines: unknown[] = [];
  const { guess, pass } = build((after) => Promise.resolve(void lines.push(after)));
  for (let n = 0; n < 10; n++) await guess();
  const plain = { error_code: 11002 };
  assert.deepEqual(lines.splice(0), [plain, plain, plain]);
  pass(59_999);
  await guess();
  assert.deepEqual(lines, []);
  pass(1);
  await guess();
  await guess();
  assert.deepEqual(lines, [{ error_code: 11002, unwritten_before: 8 }, plain]);
});

test('a refusal stays a refusal when the audit cannot be written', async () => {
  const { guess } = build(() => Promise.reject(new Error('the database is away')));
  await assert.doesNotReject(guess);
});
