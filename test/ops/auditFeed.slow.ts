import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { startChild, type Child } from '../../commands/system/childProcess.ts';
import { basic } from '../support/rows/basic.ts';
import { openTestDatabase, testTemporalAddress } from '../support/servers/database.ts';
import { createTestFolder } from '../support/folder.ts';
import { openSigned, startWebhookReceiver, webhookSecret } from '../support/servers/webhookReceiver.ts';
import { waitFor } from '../support/waitFor.ts';
import { serverFile } from './processes.ts';

const { db, url: databaseUrl } = await openTestDatabase(2);
const folder = await createTestFolder('audit-feed');
const siem = await startWebhookReceiver();
const auditFile = join(folder.path, 'audit.ndjson');
const apis: Child[] = [];
after(async () => {
  await Promise.all(apis.map((api) => api.stop()));
  await siem.close();
  await folder.remove();
});

async function startApi(name: string): Promise<Child> {
  const api = await startChild({
    ...{ name, file: serverFile, stopLimitMs: 15_000 },
    env: {
      PATH: process.env['PATH'],
      ...{ PORT: '0', DATA_DIR: folder.path, DATABASE_URL: databaseUrl, LOG_FORMAT: 'json' },
      ...{ TEMPORAL_ADDRESS: testTemporalAddress(), SESSION_SECRET: 'hidden'.repeat(9) },
      ...{ NOTIFICATION_SECRETS: `siem=${webhookSecret}`, AUDIT_FILE: auditFile },
      ...{ AUDIT_WEBHOOK: `${siem.url}/audit`, AUDIT_WEBHOOK_SECRET: 'siem' },
    },
    logFile: join(folder.path, `${name}.log`),
    pidFile: join(folder.path, `${name}.json`),
  });
  apis.push(api);
  return api;
}

const logInsAtOnce = 10;

async function logIn(api: Child): Promise<void> {
  for (let n = 0; n < logInsAtOnce; n++) {
    const headers = basic('root@visionlabs.ai', 'root');
    assert.equal((await fetch(`${api.url}/4/login`, { method: 'POST', headers })).status, 200);
  }
}

async function lastSeal(): Promise<number> {
  const [row] = await db.query<{ seal: number; unsealed: number }>(
    'select seal, (select count(*) from audit_unsealed) unsealed from audit_chain',
  );
  return row?.unsealed === 0 ? row.seal : NaN;
}

const sealsIn = (text: string): Set<number> =>
  new Set(
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { kind?: string; seal: number })
      .filter(({ kind }) => kind === undefined)
      .map(({ seal }) => seal),
  );
const sent = () => sealsIn(siem.received.map(openSigned).join(''));
const written = async () => sealsIn(await readFile(auditFile, 'utf8'));
const figure = async (api: Child, name: string): Promise<number> => {
  const text = await (await fetch(`${api.url}/metrics`)).text();
  return Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${name} `))
      ?.slice(name.length + 1),
  );
};

test('APIs that are killed while they send lose no entry of the audit, to webhook or file', async () => {
  const first = await startApi('first');
  const second = await startApi('second');
  // It takes what it is sent and says so too late: the process is gone by then.
  siem.answer(() => undefined);
  await logIn(first);
  await waitFor('a request', () => siem.received.length > 0);
  for (const { pid } of [first, second]) process.kill(pid, 'SIGKILL');
  await Promise.all([first.exited, second.exited]);

  const third = await startApi('third');
  await logIn(third);
  await waitFor('the seals', async () => (await lastSeal()) >= 2 * logInsAtOnce);
  await waitFor(
    'the figure',
    async () => (await figure(third, 'luna_audit_feed_behind{feed="webhook"}')) > 0,
  );
  siem.answer((res) => void res.writeHead(204).end());
  await waitFor(
    'everything',
    async () => (await figure(third, 'luna_audit_feed_behind{feed="webhook"}')) === 0,
  );
  const all = Array.from({ length: await lastSeal() }, (_, place) => place + 1);
  assert.deepEqual([...sent()], all);
  await waitFor('the file', async () => (await written()).size === all.length);
  assert.deepEqual([...(await written())], all);
  assert.equal(await figure(third, 'luna_audit_unsealed'), 0);
  await third.stop();
});
