import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { createChainCheck } from '../../../commands/audit/chainCheck.ts';
import type { AuditLine } from '../../../db/audit/exportQueries.ts';
import { createSealStore } from '../../../db/audit/sealStore.ts';
import { signJson } from '../../../platform/crypto/signingKey.ts';
import { rootLogin, rootPassword } from '../../support/servers/apiServer.ts';
import { basic } from '../../support/rows/basic.ts';
import { createClient } from '../../support/servers/documentedClient.ts';
import { waitFor } from '../../support/waitFor.ts';
import { openApi } from '../../support/servers/openApi.ts';

const { api, call } = await openApi();
const { privateKey } = generateKeyPairSync('ed25519');
const publicKey = createPublicKey(privateKey);

const read = async (path: string) => {
  const answer = await fetch(api.url + path, { headers: basic(rootLogin, rootPassword) });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
};

const linesOf = (text: string): AuditLine[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as AuditLine);

async function createTask(description: string): Promise<number> {
  const content = { target: 'face_descriptors', filters: { descriptor_version: 1 } };
  return (await call('POST', '/4/tasks/gc', { body: { content, description } })).body.task_id;
}

test('what has just been done is in the export, each entry as the list shows it', async () => {
  await createTask('');
  const { entries } = (await call('GET', '/4/audit?object_type=task')).body;
  const { status, headers, text } = await read('/4/audit/export?object_type=task');
  assert.equal(status, 200);
  assert.equal(headers.get('content-type'), 'application/x-ndjson');
  assert.match(headers.get('content-disposition') ?? '', /filename="?audit.ndjson/);
  const exported = linesOf(text).map((line) =>
    Object.fromEntries(Object.entries(line).filter(([name]) => name in (entries[0] ?? {}))),
  );
  assert.deepEqual(exported, entries.toReversed());
});

test('the whole export can be verified, with its signed heads, and a part of it too', async () => {
  const seals = createSealStore(api.db);
  for (let number = 0; number < 3; number++) await createTask(String(number));
  await seals.seal();
  await seals.sign((head) => signJson(head, privateKey));
  await createTask('after the head');
  const check = createChainCheck({ publicKeys: [publicKey] });
  linesOf((await read('/4/audit/export')).text).forEach(check.take);
  const result = check.finish();
  assert.deepEqual([result.faults, result.heads], [[], 1]);
  assert.ok(result.entries >= 4);

  const some = createChainCheck({ publicKeys: [publicKey], partial: true });
  linesOf((await read('/4/audit/export?action=task.create')).text).forEach(some.take);
  const { faults, entries } = some.finish();
  assert.deepEqual(
    [faults, entries],
    [[], (await call('GET', '/4/audit/count?action=task.create')).body.count],
  );
});

test('as CSV it has a line of names, and no text that a spreadsheet takes for a formula', async () => {
  await createTask('');
  await api.db.query(
    "insert into audit (login, action, object_type, object_id) values ('=1+1', 'session.refuse', 'session', 'x')",
  );
  const { headers, text } = await read('/4/audit/export?format=csv&action=session.refuse');
  assert.match(headers.get('content-type') ?? '', /^text\/csv/);
  const [names, line] = text.split('\r\n');
  assert.match(
    names ?? '',
    /^audit_id,audit_time,account_id,login,action,.*,seal,seal_time,previous_hash,hash$/,
  );
  assert.match(line ?? '', /,'=1\+1,session.refuse,/);
});

test('filters that match nothing give a file without entries', async () => {
  assert.equal((await read('/4/audit/export?login=no.one@example.com')).text, '');
  assert.match(
    (await read('/4/audit/export?format=csv&login=no.one@example.com')).text,
    /^audit_id,[^\n]*\n$/,
  );
});

test('an export is refused to strangers, and with filters that cannot be read', async () => {
  const asNobody = await createClient(api.url, {});
  assert.equal((await asNobody('GET', '/4/audit/export')).status, 401);
  for (const query of ['?format=xml', '?login=', '?audit_time__lt=yesterday', '?page=1']) {
    const answer = await call('GET', `/4/audit/export${query}`);
    assert.deepEqual([answer.status, answer.body.error_code], [400, 12012], query);
  }
});

test('a process that holds the chain for long makes the export fail, not lack entries', async () => {
  await api.db.transaction(async (tx) => {
    await tx.query('select from audit_chain for update');
    const answer = await call('GET', '/4/audit/export');
    assert.equal(answer.status, 503);
  });
  assert.equal((await read('/4/audit/export')).status, 200);
});

test('thousands of entries are exported as a stream, in the order of the chain', async () => {
  await api.db.query(
    `insert into audit (login, action, object_type, object_id) select 'many@example.com', 'task.pause', 'task', n from generate_series(1, 5000) n`,
  );
  const path = '/4/audit/export?login=many@example.com';
  // On a busy machine it asks for patience until all of them are sealed.
  await waitFor('the entries to be sealed', async () => (await read(path)).status === 200);
  const lines = linesOf((await read(path)).text);
  assert.equal(lines.length, 5_000);
  assert.ok(lines.every((line, at) => at === 0 || line.seal === (lines[at - 1]?.seal ?? 0) + 1));
});

test('the page offers its filters as files', async () => {
  const page = await fetch(`${api.url}/audit/view?login=many@example.com`, {
    headers: { ...basic(rootLogin, rootPassword), accept: 'text/html' },
  });
  const html = await page.text();
  assert.match(html, /href="\/audit\/csv\?login=many%40example.com"/);
  const href = /href="(\/audit\/ndjson[^"]*)"/.exec(html)?.[1] ?? '';
  assert.equal(linesOf((await read(href)).text).length, 5_000);
  assert.equal((await read('/audit/csv?audit_time__gte=soon')).status, 400);
});
