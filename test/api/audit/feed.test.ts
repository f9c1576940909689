import assert from 'node:assert/strict';
import { appendFile, readFile, rename } from 'node:fs/promises';
import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { after, beforeEach, test, type TestContext } from 'node:test';
import { createFileReceiver } from '../../../api/audit/feed/fileReceiver.ts';
import type { FeedReceiver } from '../../../api/audit/feed/receiver.ts';
import { runFeed } from '../../../api/audit/feed/runFeed.ts';
import { createWebhookReceiver } from '../../../api/audit/feed/webhookReceiver.ts';
import { createAuditLag } from '../../../db/audit/auditLag.ts';
import { recordAudit } from '../../../db/audit/auditStore.ts';
import { createAuditExports } from '../../../db/audit/exportQueries.ts';
import { createFeedStore } from '../../../db/audit/feedStore.ts';
import { createSealStore } from '../../../db/audit/sealStore.ts';
import { createLogger } from '../../../platform/logger.ts';
import { signJson } from '../../../platform/crypto/signingKey.ts';
import { allOf } from '../../support/allOf.ts';
import { createTestFolder } from '../../support/folder.ts';
import { tester } from '../../support/rows/rows.ts';
import { openTestDatabase } from '../../support/servers/database.ts';
import {
  openSigned,
  startWebhookReceiver,
  webhookSecret,
  type Received,
} from '../../support/servers/webhookReceiver.ts';
import { waitFor } from '../../support/waitFor.ts';

const { db } = await openTestDatabase(8);
const seals = createSealStore(db);
const lag = createAuditLag(db);
const siem = await startWebhookReceiver();
const folder = await createTestFolder('feed');
after(async () => {
  await siem.close();
  await folder.remove();
});

interface Line {
  readonly kind?: string;
  readonly seal: number;
  readonly object_id: string;
}

const linesIn = (text: string): Line[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
const linesOf = (messages: readonly Received[]): Line[] => messages.flatMap(({ text }) => linesIn(text));
const sealsOf = (lines: readonly Line[]): number[] =>
  lines.filter(({ kind }) => kind === undefined).map(({ seal }) => seal);

let number = 0;
async function recordAndSeal(count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    number += 1;
    await recordAudit(db, {
      ...{ actor: tester, action: 'task.create', objectType: 'task', objectId: String(number) },
    });
  }
  while ((await seals.seal()) > 0);
}

/** Runs as in a process of its own, until the test ends or it is stopped. */
function start(t: TestContext, receiver: FeedReceiver, options: { holder?: string; lines?: object[] } = {}) {
  const { holder = '00000000-0000-4000-8000-000000000001', lines = [] } = options;
  const log = createLogger({ name: 'test', level: 'silent', format: 'json' });
  const told = Object.assign(Object.create(log) as typeof log, {
    warn: (fields: object, msg: string) => void lines.push({ ...fields, msg }),
    error: (fields: object, msg: string) => void lines.push({ ...fields, msg }),
  });
  const stopping = new AbortController();
  const feeds = createFeedStore(db, holder);
  const ended = runFeed(
    { feeds, receiver, log: told, lookEveryMs: 10, firstPauseSeconds: 0.02 },
    stopping.signal,
  );
  const stop = async (): Promise<void> => {
    stopping.abort();
    await ended;
  };
  t.after(stop);
  return { stop };
}

const webhook = (timeoutMs = 5_000) =>
  createWebhookReceiver({ url: `${siem.url}/audit`, secret: webhookSecret, timeoutMs });
const isDelivered = (feed: 'webhook' | 'file') =>
  waitFor(`the ${feed} to have everything`, async () => (await lag.feeds([feed]))[0]?.behind === 0);

beforeEach(async () => {
  siem.reset();
  await db.execute('delete from audit_feeds');
});

test('a SIEM is sent every entry in the order of the chain, signed, as the export has it', async (t) => {
  await recordAndSeal(3);
  const { privateKey } = generateKeyPairSync('ed25519');
  assert.ok(await seals.sign((head) => signJson(head, privateKey)));
  start(t, webhook());
  await isDelivered('webhook');
  await recordAndSeal(2);
  await isDelivered('webhook');
  const sent = linesOf(siem.received);
  assert.deepEqual(
    sent.filter(({ kind }) => kind === undefined),
    await allOf(createAuditExports(db).entries({})),
  );
  assert.deepEqual(
    sent.filter(({ kind }) => kind === 'audit-head').map(({ seal }) => seal),
    [3],
    'the signed head, which proves that none is missing up to there',
  );
  for (const message of siem.received) openSigned(message);
  assert.equal(siem.received[0]?.headers['content-type'], 'application/x-ndjson');
});

test('more than fits into one message is sent in several', async (t) => {
  await db.query(
    `insert into audit (login, action, object_type, object_id, after)
     select 'many', 'task.create', 'task', n, jsonb_build_object('text', repeat('x', 4000)) from generate_series(1, 700) n`,
  );
  while ((await seals.seal()) > 0);
  start(t, webhook());
  await isDelivered('webhook');
  const sent = sealsOf(linesOf(siem.received));
  assert.deepEqual(
    sent,
    sent.map((_seal, place) => place + 1),
  );
  assert.ok(siem.received.length > 2 && siem.received.every(({ text }) => text.length <= 1_100_000));
});

test('a SIEM that refuses, hangs and comes back gets everything, and the settings say what is wrong meanwhile', async (t) => {
  const lines: { fault?: string; retryAfter?: number }[] = [];
  start(t, webhook(100), { lines });
  await isDelivered('webhook');
  siem.reset();
  siem.answer((res) => void res.writeHead(503).end());
  await recordAndSeal(2);
  const failing = await waitFor('three failures', async () => {
    const [state] = await lag.feeds(['webhook']);
    return (state?.failures ?? 0) >= 3 && state;
  });
  assert.match(failing.fault ?? '', /^127\.0\.0\.1:\d+ answered 503$/);
  assert.deepEqual([failing.behind, failing.nextTime instanceof Date], [2, true]);
  assert.deepEqual(
    lines.slice(0, 3).map(({ retryAfter }) => retryAfter),
    [0.02, 0.04, 0.08],
    'each pause is longer',
  );

  siem.answer(() => undefined);
  await waitFor('a time-out', () =>
    lines.some(({ fault }) => (fault ?? '').endsWith('did not answer within 0.1 s')),
  );
  siem.answer((res) => void res.writeHead(302, { location: 'http://127.0.0.1:9/' }).end());
  await waitFor('a redirect', () =>
    lines.some(({ fault }) => (fault ?? '').includes('answered 302; redirects')),
  );
  await recordAndSeal(1);
  siem.reset();
  await isDelivered('webhook');
  assert.equal(new Set(sealsOf(linesOf(siem.received))).size, 3);
  const [state] = await lag.feeds(['webhook']);
  assert.deepEqual([state?.fault, state?.failures], [null, 0]);
});

test('no one waits for a SIEM that does not answer: entries are written and sealed', async (t) => {
  start(t, webhook(60_000));
  await isDelivered('webhook');
  siem.answer(() => undefined);
  await recordAndSeal(1);
  await waitFor('the request that hangs', () => siem.received.length > 0);
  await recordAndSeal(5);
  assert.equal((await lag.feeds(['webhook']))[0]?.behind, 6);
  assert.equal((await lag.seals()).unsealed, 0);
});

test('of several processes one sends, and another takes over when it stops', async (t) => {
  await recordAndSeal(3);
  const { stop } = start(t, webhook(), { holder: '00000000-0000-4000-8000-00000000000a' });
  start(t, webhook(), { holder: '00000000-0000-4000-8000-00000000000b' });
  await isDelivered('webhook');
  for (let n = 0; n < 20; n++) await recordAndSeal(1);
  await isDelivered('webhook');
  await stop();
  await recordAndSeal(4);
  await isDelivered('webhook');
  const sent = sealsOf(linesOf(siem.received));
  assert.deepEqual(
    sent,
    sent.map((_seal, place) => place + 1),
    'each once, none twice',
  );
});

test('a file gets every entry, also when it is rotated and after a batch that was cut short', async (t) => {
  const path = join(folder.path, 'audit.ndjson');
  start(t, createFileReceiver(path));
  await isDelivered('file');
  const before = sealsOf(linesIn(await readFile(path, 'utf8')));
  await rename(path, `${path}.1`);
  await recordAndSeal(2);
  await isDelivered('file');
  await appendFile(path, '{"audit_id": 1, "aud');
  await recordAndSeal(1);
  await isDelivered('file');
  const lines = (await readFile(path, 'utf8')).split('\n');
  assert.equal(lines[2], '{"audit_id": 1, "aud');
  const behind = sealsOf(linesIn(lines.filter((_line, place) => place !== 2).join('\n')));
  const all = [...before, ...behind];
  assert.deepEqual(
    all,
    all.map((_seal, place) => place + 1),
  );
});

test('a file that cannot be written stops only its own feed, and the reason is shown', async (t) => {
  const path = join(folder.path, 'missing', 'audit.ndjson');
  start(t, createFileReceiver(path));
  start(t, webhook());
  await isDelivered('webhook');
  const failing = await waitFor('the fault of the file', async () => {
    const [state] = await lag.feeds(['file']);
    return state?.fault !== null && state;
  });
  assert.match(failing.fault ?? '', /ENOENT: no such file or directory/);
  assert.ok(failing.behind > 0);
});

test('entries that were removed as old before they were sent are said to be missing', async (t) => {
  const lines: { msg?: string; after?: number; first?: number }[] = [];
  const sending = start(t, webhook());
  await isDelivered('webhook');
  await sending.stop();
  await recordAndSeal(3);
  const [last] = await db.query<{ seal: number }>('select max(seal) seal from audit_seals');
  const first = last?.seal ?? 0;
  await db.transaction(async (tx) => {
    await tx.query('alter table audit_seals disable trigger audit_append_only');
    await tx.query('delete from audit_seals where seal < $1', [first]);
    await tx.query('alter table audit_seals enable always trigger audit_append_only');
  });
  start(t, webhook(), { lines });
  await isDelivered('webhook');
  const told = lines.find(({ msg }) => msg?.includes('were removed as old'));
  assert.deepEqual([told?.after, told?.first], [first - 3, first]);
});
