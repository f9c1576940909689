import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import session, { type SessionData, type Store } from 'express-session';
import { createSessionStore } from '../../../db/accounts/sessionStore.ts';
import { createDatabase } from '../../../db/sql/connection.ts';
import { createTestDatabase } from '../../support/servers/database.ts';

const testDatabase = await createTestDatabase();
const db = createDatabase({ url: testDatabase.url, applicationName: 'test', maxConnections: 2 });
const { store, living, close } = createSessionStore(session, { db, log: { error: () => undefined } });
after(async () => {
  close();
  await db.close();
  await testDatabase.drop();
});

const facts = (begun = Date.now()) =>
  ({ cookie: { originalMaxAge: null }, accountId: 'a', begun }) as unknown as SessionData;
const settle = (start: (done: (error?: unknown) => void) => void): Promise<void> =>
  new Promise((resolve, reject) => {
    start((error) => (error ? reject(error instanceof Error ? error : new Error('failed')) : resolve()));
  });
const begin = (sid: string, begun?: number) => settle((done) => store.set(sid, facts(begun), done));
const rowsOf = (sid: string) =>
  db.query<{ over: boolean }>('select expire < now() "over" from sessions where sid = $1', [sid]);
/** As express-session makes it of what it has read for a request. */
const opened = (sid: string) =>
  store.createSession({ sessionID: sid } as unknown as Parameters<Store['createSession']>[0], facts());

test('a session that is ended while its request is under way stays ended', async () => {
  await begin('ended');
  const ofRequest = opened('ended');
  await settle((done) => store.destroy('ended', done));
  await settle((done) => store.set('ended', ofRequest, done));
  assert.deepEqual(await rowsOf('ended'), []);
});

test('a session that goes on is stored with what its request has put into it', async () => {
  await begin('kept');
  const ofRequest = opened('kept');
  await settle((done) => store.set('kept', Object.assign(ofRequest, { fingerprint: 'new' }), done));
  const [row] = await db.query<{ fingerprint: string }>(
    "select sess ->> 'fingerprint' fingerprint from sessions where sid = 'kept'",
  );
  assert.equal(row?.fingerprint, 'new');
});

test('a session that has expired is not put off by an answer that was still open', async () => {
  await begin('expired');
  await db.execute("update sessions set expire = now() - interval '1 second' where sid = 'expired'");
  await settle((done) => store.touch?.('expired', facts(), () => done()));
  assert.deepEqual(await rowsOf('expired'), [{ over: true }]);
});

test('a session of more than twelve hours is not living, however lately it was used', async () => {
  await begin('old', Date.now() - 12.1 * 3_600_000);
  await begin('young', Date.now() - 11.9 * 3_600_000);
  assert.deepEqual([...(await living(['old', 'young']))], ['young']);
});
