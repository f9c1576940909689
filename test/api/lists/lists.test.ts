import assert from 'node:assert/strict';
import { test } from 'node:test';
import { v7 as newId } from 'uuid';
import { rootLogin } from '../../support/servers/apiServer.ts';
import { buildFace, insertFaces } from '../../support/rows/rows.ts';
import { openApi } from '../../support/servers/openApi.ts';

const { api, call } = await openApi();

const rootId = '00000000-0000-7000-8000-000000000001';

async function insertList(accountId: string, changed: string, userData = ''): Promise<string> {
  const listId = newId();
  await api.db.query(
    'insert into lists (list_id, account_id, user_data, last_update_time) values ($1, $2, $3, $4)',
    [listId, accountId, userData, changed],
  );
  return listId;
}

test('lists of an account come with the one first that changed last, and only they are counted', async () => {
  const accountId = newId();
  const older = await insertList(accountId, '2025-01-01T00:00:00Z');
  const newer = await insertList(accountId, '2025-01-02T00:00:00Z', 'guests');
  await insertList(newId(), '2025-01-03T00:00:00Z');
  await insertFaces(api.db, [buildFace({ listIds: [newer] }), buildFace({ listIds: [newer, older] })]);
  for (const prefix of ['', '/4']) {
    const { body } = await call('GET', `${prefix}/lists?account_id=${accountId}&page_size=1`);
    assert.equal(body.list_count, 2);
    assert.deepEqual(body.lists, [
      {
        list_id: newer,
        account_id: accountId,
        last_update_time: '2025-01-02T00:00:00.000Z',
        face_count: 2,
        user_data: 'guests',
      },
    ]);
  }
  const second = await call('GET', `/4/lists?account_id=${accountId}&page_size=1&page=2`);
  assert.deepEqual(
    second.body.lists.map(({ list_id }) => list_id),
    [older],
  );
  const all = await call('GET', '/4/lists');
  assert.ok(all.body.list_count >= 3);
});

test('an unknown account has no lists; a malformed one is refused', async () => {
  const { body } = await call('GET', `/4/lists?account_id=${newId()}`);
  assert.deepEqual(body, { lists: [], list_count: 0 });
  const bad = await call('GET', '/4/lists?account_id=somebody');
  assert.deepEqual([bad.status, bad.body.error_code], [400, 12012]);
});

test('a list is found at its address; another id is told apart from one that is no id', async () => {
  const listId = await insertList(rootId, '2025-02-01T00:00:00Z', 'one');
  const found = await call('GET', `/lists/${listId}`);
  assert.deepEqual(found.body, {
    list_id: listId,
    account_id: rootId,
    last_update_time: '2025-02-01T00:00:00.000Z',
    face_count: 0,
    user_data: 'one',
  });
  const unknown = await call('GET', `/4/lists/${newId()}`);
  assert.deepEqual([unknown.status, unknown.body.error_code], [404, 22003]);
  const bad = await call('GET', '/4/lists/mine');
  assert.deepEqual([bad.status, bad.body.error_code], [400, 12001]);
});

test('a search finds lists, accounts, faces and attributes by id, and accounts by login', async () => {
  const listId = await insertList(rootId, '2025-03-01T00:00:00Z');
  const face = buildFace({ accountId: rootId, listIds: [listId], versions: [1, 3], externalId: 'gate 7' });
  await insertFaces(api.db, [face]);
  const [row] = await api.db.query<{ attribute_id: string }>(
    'select attribute_id from attributes where face_id = $1',
    [face.faceId],
  );
  const attributeId = row?.attribute_id ?? '';
  const search = async (q: string) => (await call('GET', `/4/search?q=${encodeURIComponent(q)}`)).body;

  assert.deepEqual(await search(listId), {
    type: 'list',
    data: (await call('GET', `/4/lists/${listId}`)).body,
  });
  const account = { type: 'account', data: (await call('GET', `/4/accounts/${rootId}`)).body };
  assert.deepEqual(await search(rootId), account);
  assert.deepEqual(await search(` ${rootLogin.toUpperCase()} `), account);
  assert.deepEqual(await search(face.faceId), {
    type: 'face',
    data: {
      face_id: face.faceId,
      account_id: rootId,
      event_id: null,
      external_id: 'gate 7',
      user_data: '',
      create_time: face.createTime,
      attribute_id: attributeId,
      list_ids: [listId],
      descriptor_versions: [1, 3],
    },
  });
  const attribute = await search(attributeId.toUpperCase());
  assert.equal(attribute.type, 'attribute');
  assert.equal((attribute.data as { face_id: string }).face_id, face.faceId);
});

test('an id that is a list and a face too is answered as a list', async () => {
  const listId = await insertList(rootId, '2025-04-01T00:00:00Z');
  await insertFaces(api.db, [buildFace({ faceId: listId })]);
  assert.equal((await call('GET', `/search?q=${listId}`)).body.type, 'list');
});

test('a search that finds nothing says so; one for nothing is refused', async () => {
  for (const q of [newId(), 'nobody@example.com', "'; drop table lists; --"]) {
    const { status, body } = await call('GET', `/4/search?q=${encodeURIComponent(q)}`);
    assert.deepEqual([status, body], [200, { data: null, type: null }], q);
  }
  for (const query of ['', '?q=']) {
    const answer = await call('GET', `/4/search${query}`);
    assert.deepEqual([answer.status, answer.body.error_code], [400, 12014], query);
  }
});
