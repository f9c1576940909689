import assert from 'node:assert/strict';
import { test } from 'node:test';
import { basic } from '../../support/rows/basic.ts';
import { buildFace, insertFaces } from '../../support/rows/rows.ts';
import { rootLogin, rootPassword } from '../../support/servers/apiServer.ts';
import { openApi } from '../../support/servers/openApi.ts';
import { buildReport, insertCheck } from '../../pages/networkRows.ts';

const { api, call } = await openApi();

const pageOf = async (path: string): Promise<string> => {
  const headers = { ...basic(rootLogin, rootPassword), accept: 'text/html' };
  return (await fetch(`${api.url}${path}`, { headers })).text();
};

test('an order is kept and told to the audit while the engine is away, and a second one is the same', async () => {
  api.setEngine(false);
  const first = await call('POST', '/4/networks/3/check');
  const second = await call('POST', '/4/networks/3/check');
  api.setEngine(true);
  assert.deepEqual([first.status, second.status], [201, 200]);
  assert.equal(first.headers.get('location'), '/4/networks/3');
  assert.equal(first.body.check_id, second.body.check_id);
  assert.deepEqual([first.body.state, first.body.login], ['waiting', rootLogin]);
  const { entries } = (await call('GET', '/4/audit?action=network.check')).body;
  assert.deepEqual(
    entries.map(({ login, object_type, object_id }) => [login, object_type, object_id]),
    [[rootLogin, 'network', '3']],
  );
});

test('the last five checks of a version are kept', async () => {
  for (let n = 0; n < 7; n++) await insertCheck(api.db, 101, [buildReport(101)]);
  const { check_id: newest } = (await call('POST', '/4/networks/101/check')).body;
  const { checks, last_check } = (await call('GET', '/4/networks/101')).body;
  assert.deepEqual([checks.length, checks[0]?.check_id, last_check?.check_id], [5, newest, newest]);
});

test('a version that the file has no more is shown with its descriptors, and why it cannot be checked', async () => {
  await insertFaces(api.db, [buildFace({ versions: [2] })]);
  const { networks } = (await call('GET', '/4/networks')).body;
  const gone = networks.find(({ version }) => version === 2);
  assert.deepEqual([gone?.networks, gone?.faces], [[], { count: 1, exact: true }]);
  const page = await pageOf('/networks/2/view');
  assert.match(page, /EXTRACTORS_FILE no longer has a network of version 2/);
  assert.doesNotMatch(page, /networks\/2\/check/);
  const refused = await call('POST', '/4/networks/2/check');
  assert.deepEqual([refused.status, refused.body.error_code], [400, 28041]);
});

test('a version that nobody knows is not found', async () => {
  for (const [method, path] of [
    ['GET', '/4/networks/999'],
    ['POST', '/4/networks/999/check'],
  ] as const) {
    const { status, body } = await call(method, path);
    assert.deepEqual([status, body.error_code], [404, 28040], path);
  }
  assert.match(await pageOf('/networks/999/view'), /Error code 28040/);
});

test('a version becomes the default of all processes by one order, which is audited and can be taken back', async () => {
  const defaultsOf = async () =>
    (await call('GET', '/4/networks')).body.networks
      .filter(({ default_of }) => default_of.length > 0)
      .map(({ version, default_of }) => [version, ...default_of]);
  const before = await defaultsOf();
  assert.deepEqual(before, [
    [1, 'face'],
    [101, 'body'],
  ]);
  const switched = await call('POST', '/4/networks/3/default');
  assert.deepEqual([switched.status, switched.body.default_of], [200, ['face']]);
  assert.deepEqual(await defaultsOf(), [
    [3, 'face'],
    [101, 'body'],
  ]);
  const content = {
    extraction_target: 'face_descriptor',
    options: { missing: true, descriptor_version: 1 },
    filters: { objects_type: 'faces' },
  };
  const { task_id } = (await call('POST', '/4/tasks/additional_extract', { body: { content } })).body;
  const [task] = await api.db.query<{ base: number }>(
    `select (content #>> '{options,default_descriptor_version}')::integer as base from tasks where task_id = $1`,
    [task_id],
  );
  assert.equal(task?.base, 3, 'what selects the objects of an extract');
  const back = await call('POST', '/4/networks/1/default', { body: { kind: 'face' } });
  assert.equal(back.status, 200);
  assert.deepEqual(await defaultsOf(), before);
  const { entries } = (await call('GET', '/4/audit?action=network.default')).body;
  assert.deepEqual(
    entries.map(({ login, object_id }) => [login, object_id]),
    [
      [rootLogin, 'face 1'],
      [rootLogin, 'face 3'],
    ],
  );
});

test('a version does not become the default of what it does not describe, or while a gc removes it', async () => {
  const wrong = await call('POST', '/4/networks/3/default', { body: { kind: 'body' } });
  assert.deepEqual([wrong.status, wrong.body.error_code], [400, 28042]);
  assert.match(wrong.body.detail, /make descriptors of face/);
  const body = { content: { target: 'event_descriptors', descriptor_version: 3, descriptor_type: 'face' } };
  const { task_id } = (await call('POST', '/4/tasks/gc', { body })).body;
  const busy = await call('POST', '/4/networks/3/default');
  assert.deepEqual([busy.status, busy.body.error_code], [409, 28038]);
  assert.match(busy.body.detail, new RegExp(`task ${task_id} \\(gc`));
});
