import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rootLogin, rootPassword } from '../../support/servers/apiServer.ts';
import { basic } from '../../support/rows/basic.ts';
import { insertPicturedFaces } from '../../pages/faceRows.ts';
import { insertTask } from '../../pages/taskRows.ts';
import { createViewStore } from '../../../db/audit/viewStore.ts';
import { openApi } from '../../support/servers/openApi.ts';
import { auditRow } from '../../../views/pages/audit/auditRow.ts';
import { foldLogins } from '../../../views/pages/audit/foldLogins.ts';

const { api, call } = await openApi();

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(api.url + path, {
    headers: { ...basic(rootLogin, rootPassword), accept: 'text/html,image/*', ...headers },
  });
const looks = async (action: string) =>
  (await call('GET', `/4/audit?action=${action}`)).body.entries.map(({ object_id: id }) => id);

test('a look at a face is one entry an hour, however often it is looked at', async () => {
  const [face] = await insertPicturedFaces(api, 1, {});
  const faceId = face?.faceId ?? '';
  for (let times = 0; times < 3; times++) assert.equal((await get(`/faces/${faceId}/view`)).status, 200);
  assert.deepEqual(await looks('face.view'), [faceId]);
  const [line] = (await call('GET', '/4/audit?action=face.view')).body.entries;
  assert.equal(line?.login, rootLogin);
});

test('what the search tells of a face is a look at it, and what it tells of a list is none', async () => {
  const [face] = await insertPicturedFaces(api, 1, {});
  const faceId = face?.faceId ?? '';
  const before = await looks('face.view');
  assert.equal((await call('GET', `/4/search?q=${faceId}`)).body.type, 'face');
  await call('GET', `/4/search?q=${faceId}`);
  assert.deepEqual(await looks('face.view'), [faceId, ...before]);
  await call('GET', `/4/search?q=${rootLogin}`);
  await call('GET', '/4/search?q=01900000-0000-7000-8000-00000000dead');
  assert.equal((await looks('face.view')).length, before.length + 1);
});

test('the pictures of a page are one entry that names the page; a picture asked for by itself is one for its owner', async () => {
  const faces = await insertPicturedFaces(api, 5, {});
  const page = '/lists/01900000-0000-7000-8000-000000000017/view';
  for (const { faceId } of faces.slice(0, 4)) {
    assert.equal((await get(`/samples/${faceId}/face`, { referer: `${api.url}${page}?page=2` })).status, 200);
  }
  assert.deepEqual(await looks('sample.view'), [page]);
  for (const { faceId } of faces.slice(0, 2)) {
    await get(`/samples/${faceId}/face`);
    await get(`/samples/${faceId}/face`, { referer: 'https://elsewhere.example/lists' });
  }
  assert.deepEqual((await looks('sample.view')).length, 3);
});

test('a downloaded result is one entry, and what has no result none', async () => {
  const taskId = await insertTask(api.db, {
    state: 'done',
    done: 0,
    resultId: '11111111-1111-4111-8111-111111111111',
  });
  await call('GET', `/4/tasks/${taskId}/result`);
  await call('GET', `/4/tasks/${taskId}/result`);
  await call('GET', '/4/tasks/999999/result');
  assert.deepEqual(await looks('result.read'), [String(taskId)]);
});

test('another process does not write the same look again', async () => {
  const before = (await looks('face.view')).length;
  const [line] = (await call('GET', '/4/audit?action=face.view')).body.entries;
  const actor = { accountId: null, login: rootLogin, requestId: null, remoteAddress: null };
  const view = { actor, action: 'face.view', objectType: 'face', objectId: line?.object_id ?? '' } as const;
  await createViewStore(api.db).record(view);
  assert.equal((await looks('face.view')).length, before);
  await createViewStore(api.db).record({ ...view, actor: { ...actor, login: 'other@example.com' } });
  assert.equal((await looks('face.view')).length, before + 1);
});

test('log-ins of the same login in a row are one line of the list, which can be unfolded', () => {
  const entry = (action: string, login: string, minute: number) => ({
    ...{ action, login, object_type: 'session', object_id: login, remote_address: '192.0.2.7' },
    ...{ audit_time: `2026-03-01T09:${String(minute).padStart(2, '0')}:00.000Z`, before: null, after: null },
  });
  const rows = foldLogins([
    entry('session.login', 'a@example.com', 9),
    entry('session.login', 'a@example.com', 8),
    entry('session.login', 'a@example.com', 7),
    entry('session.login', 'b@example.com', 6),
    entry('session.refuse', 'b@example.com', 5),
    entry('session.refuse', 'b@example.com', 4),
  ]);
  assert.equal(rows.length, 4);
  const [first, second] = rows;
  assert.equal(first?.folded?.text, '3 log-ins by a@example.com since 2026-03-01 09:07:00');
  assert.deepEqual(
    [first.folded.rows.map(({ time }) => time.text), second?.folded],
    [['2026-03-01 09:08:00', '2026-03-01 09:07:00'], null],
  );
});

test('the list names the token that did it beside who did it, not among what changed', () => {
  const row = auditRow({
    ...{
      action: 'task.throttle',
      login: 'a@example.com',
      object_type: 'task',
      object_id: '7',
      before: { rate: 1 },
    },
    ...{ audit_time: '2026-03-01T09:00:00.000Z', remote_address: '192.0.2.7' },
    after: { rate: 2, by_token: { token_id: '01900000-0000-7000-8000-000000000001', name: 'robot' } },
  });
  assert.equal(row.from, '192.0.2.7 · token robot');
  assert.deepEqual(row.changes.first, [{ name: 'rate', before: '1', after: '2' }]);
});
