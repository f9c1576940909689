import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeOrigin, type OriginAnswer } from '../../../domain/gc/originRemoval.ts';

const answered = (status: number): OriginAnswer => ({ kind: 'answered', status });

test('an origin that says done, or that there is nothing, has removed its image', () => {
  for (const status of [200, 202, 204, 299, 404, 410]) {
    assert.equal(judgeOrigin(answered(status), 0).kind, 'removed', String(status));
  }
});

test('an origin that does not want to, redirects or is not allowed has refused at once', () => {
  for (const status of [0, 100, 199, 300, 301, 307, 400, 401, 403, 405, 418]) {
    assert.equal(judgeOrigin(answered(status), 0).kind, 'refused', String(status));
  }
  assert.deepEqual(judgeOrigin(answered(302), 0), {
    kind: 'refused',
    reason: 'answered 302: redirects are not followed',
  });
  assert.deepEqual(judgeOrigin({ kind: 'forbidden', reason: 'the host a is not listed' }, 0), {
    kind: 'refused',
    reason: 'the host a is not listed',
  });
});

test('an origin in trouble is tried five times, twice as late each time', () => {
  for (const answer of [answered(500), answered(503), answered(429), answered(408), answered(425)]) {
    assert.equal(judgeOrigin(answer, 0).kind, 'again', JSON.stringify(answer));
  }
  const delays = [0, 1, 2, 3].map((attempts) => {
    const outcome = judgeOrigin({ kind: 'unreachable', reason: 'nobody is there' }, attempts);
    return outcome.kind === 'again' ? outcome.afterMs : outcome;
  });
  assert.deepEqual(delays, [1_000, 2_000, 4_000, 8_000]);
  assert.deepEqual(judgeOrigin(answered(503), 4), { kind: 'refused', reason: 'answered 503 (5 attempts)' });
});
