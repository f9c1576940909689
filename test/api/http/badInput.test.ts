import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openApi } from '../../support/servers/openApi.ts';

const { api, call } = await openApi();

const gc = (content: unknown) => ({ content });
const extract = (more: object) => ({
  content: {
    extraction_target: 'face_descriptor',
    options: { missing: true, descriptor_version: 3 },
    filters: { objects_type: 'faces' },
    ...more,
  },
});
const id = '557d54ec-29ad-4f3c-93b4-c9092ef12515';

interface Case {
  readonly what: string;
  readonly path?: string;
  readonly body: unknown;
  readonly status?: number;
  readonly code: number;
  /** What the detail must name. */
  readonly names?: string;
}

const extractPath = '/4/tasks/additional_extract';

const bodies: readonly Case[] = [
  { what: 'no body', body: '', code: 12005 },
  { what: 'a body of spaces', body: '  ', code: 12005 },
  { what: 'text that is not JSON', body: '{"content":', code: 12002 },
  { what: 'an array', body: [], code: 12022 },
  { what: 'no content', body: {}, code: 12003, names: "'content'" },
  { what: 'content of a wrong type', body: gc(5), code: 12022, names: "'content'" },
  { what: 'content without a target', body: gc({}), code: 12003, names: "'content.target'" },
  { what: 'an unknown target', body: gc({ target: 'files' }), code: 12022, names: "'content.target'" },
  {
    what: 'an unknown field beside content',
    body: { ...gc({ target: 'face_descriptors', descriptor_version: 1 }), sure: true },
    code: 12022,
    names: "'sure'",
  },
  {
    what: 'an unknown field of the content',
    body: gc({ target: 'faces', filters: { list_id: id }, remove_sample: true }),
    code: 12022,
    names: "'content.remove_sample'",
  },
  {
    what: 'an unknown filter',
    body: gc({ target: 'faces', filters: { list: id } }),
    code: 12022,
    names: "'content.filters.list'",
  },
  {
    what: 'a filter of events on faces',
    body: gc({ target: 'faces', filters: { tags: ['a'] } }),
    code: 12022,
    names: "'content.filters.tags'",
  },
  { what: 'no filters', body: gc({ target: 'faces' }), code: 12003, names: "'content.filters'" },
  {
    what: 'a second `filters` that widens the first',
    body: `{"content":{"target":"faces","filters":{"list_id":"${id}"},"filters":{"user_data":"x"}}}`,
    code: 12022,
    names: "'content.filters'",
  },
  {
    what: 'filters that select what has an empty text',
    body: gc({ target: 'faces', filters: { user_data: '' } }),
    code: 28034,
  },
  { what: 'filters that select everything', body: gc({ target: 'faces', filters: {} }), code: 28034 },
  {
    what: 'filters that select everything, not confirmed',
    body: gc({ target: 'events', filters: {}, confirm_all: false }),
    code: 28034,
    names: "'content.filters'",
  },
  {
    what: 'an empty list of ids',
    body: gc({ target: 'faces', filters: { face_ids: [] } }),
    code: 12022,
    names: "'content.filters.face_ids'",
  },
  {
    what: 'an id that is not a uuid',
    body: gc({ target: 'faces', filters: { face_ids: [id, 'me'] } }),
    code: 12022,
    names: "'content.filters.face_ids.1'",
  },
  {
    what: 'an id in upper case',
    body: gc({ target: 'faces', filters: { account_id: id.toUpperCase() } }),
    code: 12022,
    names: "'content.filters.account_id'",
  },
  {
    what: 'a time that is none',
    body: gc({ target: 'faces', filters: { create_time__lt: 'yesterday' } }),
    code: 12022,
    names: "'content.filters.create_time__lt'",
  },
  {
    what: 'a character that cannot be stored',
    body: '{"content":{"target":"faces","filters":{"user_data":"a\\u0000"}}}',
    code: 12022,
    names: "'content.filters.user_data'",
  },
  {
    what: 'no descriptor version',
    body: gc({ target: 'face_descriptors', filters: {} }),
    code: 12003,
    names: 'descriptor_version',
  },
  {
    what: 'a descriptor version as text',
    body: gc({ target: 'face_descriptors', filters: { descriptor_version: '1' } }),
    code: 12022,
    names: "'content.filters.descriptor_version'",
  },
  {
    what: 'two different descriptor versions',
    body: gc({ target: 'face_descriptors', descriptor_version: 2, filters: { descriptor_version: 1 } }),
    code: 12022,
    names: 'descriptor_version',
  },
  {
    what: 'a rate of zero',
    body: { ...gc({ target: 'face_descriptors', descriptor_version: 1 }), objects_per_second: 0 },
    code: 12022,
    names: "'objects_per_second'",
  },
  {
    what: 'an extractor that does not exist',
    path: extractPath,
    body: extract({ options: { descriptor_version: 77 } }),
    code: 28033,
    names: "'content.options.descriptor_version'",
  },
  {
    what: 'an extract without a version',
    path: extractPath,
    body: extract({ options: {} }),
    code: 12003,
    names: "'content.options.descriptor_version'",
  },
  {
    what: 'an extract of all objects, not of the missing ones',
    path: extractPath,
    body: extract({ options: { missing: false, descriptor_version: 3 } }),
    code: 12022,
    names: "'content.options.missing'",
  },
  {
    what: 'an extract of unknown objects',
    path: extractPath,
    body: extract({ filters: { objects_type: 'houses' } }),
    code: 12022,
    names: "'content.filters.objects_type'",
  },
  {
    what: 'bodies of faces',
    path: extractPath,
    body: extract({ extraction_target: 'body_descriptor' }),
    code: 12022,
    names: "'content.filters.objects_type'",
  },
  {
    what: 'a version of attributes',
    path: extractPath,
    body: extract({ extraction_target: 'basic_attributes', options: { descriptor_version: 3 } }),
    code: 12022,
    names: "'content.options.descriptor_version'",
  },
  {
    what: 'attributes of nothing in particular',
    path: extractPath,
    body: { content: { extraction_target: 'basic_attributes' } },
    code: 12003,
    names: "'content.filters'",
  },
  {
    what: 'attributes of bodies',
    path: extractPath,
    body: extract({
      extraction_target: 'basic_attributes',
      options: {},
      filters: { objects_type: 'bodies' },
    }),
    code: 12022,
    names: "'content.filters.objects_type'",
  },
  {
    what: 'attributes of faces that only events have conditions for',
    path: extractPath,
    body: extract({
      ...{ extraction_target: 'basic_attributes', options: {} },
      filters: { objects_type: 'faces', handler_ids: ['01900000-0000-7000-8000-000000000001'] },
    }),
    code: 12022,
    names: "'content.filters.handler_ids'",
  },
  {
    what: 'a body version for faces',
    path: extractPath,
    body: extract({ options: { descriptor_version: 101 } }),
    code: 28033,
    names: "'content.options.descriptor_version'",
  },
  {
    what: 'a face version for bodies',
    path: extractPath,
    body: extract({
      ...{ extraction_target: 'body_descriptor', options: { descriptor_version: 3 } },
      filters: { objects_type: 'events' },
    }),
    code: 28033,
    names: "'content.options.descriptor_version'",
  },
  { what: 'more than a megabyte', body: ' '.repeat(1_100_000) + '{}', status: 413, code: 12042 },
];

for (const { what, path = '/4/tasks/gc', body, status = 400, code, names = '' } of bodies) {
  test(`${what} is refused with ${code} and makes no task`, async () => {
    const answer = await call('POST', path, { body });
    assert.equal(answer.status, status);
    assert.equal(answer.body.error_code, code, answer.body.detail);
    assert.ok(answer.body.detail.includes(names), answer.body.detail);
    assert.equal(answer.body.link, `/docs/errors#${code}`);
    assert.deepEqual(await api.db.query('select task_id from tasks'), []);
    assert.deepEqual(api.told, []);
  });
}

test('a body that is not application/json is refused with 415', async () => {
  for (const type of ['text/plain', 'application/xml', 'application/x-www-form-urlencoded']) {
    const answer = await call('POST', '/4/tasks/gc', { headers: { 'content-type': type }, body: '{"a":1}' });
    assert.deepEqual([answer.status, answer.body.error_code], [415, 12024], type);
  }
});

const queries: readonly [path: string, names: string][] = [
  ['/4/tasks?status=1', "'status'"],
  ['/4/tasks/count?page=1', "'page'"],
  ['/4/tasks?page=0', "'page'"],
  ['/4/tasks?page=1&page=2', "'page'"],
  ['/4/tasks?page_size=1001', "'page_size'"],
  ['/4/tasks?page_size=many', "'page_size'"],
  ['/4/tasks?task_ids=', "'task_ids"],
  ['/4/tasks?task_ids=1,two', "'task_ids"],
  ['/4/tasks?task_type=10', "'task_type'"],
  ['/4/tasks?task_status=6', "'task_status'"],
  ['/4/tasks?create_time__lt=2020-01-01', "'create_time__lt'"],
  ['/4/tasks?end_time__gte=now-1d', "'end_time__gte'"],
  ['/4/errors?error_code=none', "'error_code'"],
  ['/4/errors?error_code=2147483648', "'error_code'"],
  ['/4/errors?error_code=-2147483649', "'error_code'"],
  ['/4/errors?error_ids=', "'error_ids"],
  ['/4/accounts?login=root', "'login'"],
  ['/4/healthcheck?include_luna_services=2', "'include_luna_services'"],
];

for (const [path, names] of queries) {
  test(`GET ${path} is refused with 12012`, async () => {
    const answer = await call('GET', path);
    assert.deepEqual([answer.status, answer.body.error_code], [400, 12012]);
    assert.ok(answer.body.detail.includes(names), answer.body.detail);
  });
}

test('a page is any number of 64 bits, and so is the id of an error', async () => {
  for (const path of ['/4/accounts', '/4/errors', '/4/lists', '/4/tasks', '/4/audit', '/4/tasks/schedules']) {
    assert.equal((await call('GET', `${path}?page=9223372036854775807`)).status, 200, path);
    const beyond = await call('GET', `${path}?page=9223372036854775808`);
    assert.deepEqual([beyond.status, beyond.body.error_code], [400, 12012], path);
  }
  const lowest = await call('GET', '/4/errors/-9223372036854775808');
  assert.deepEqual([lowest.status, lowest.body.error_code], [404, 28003]);
});

test('an error_code that no error can have matches nothing, whatever its size', async () => {
  for (const code of ['-2147483648', '0', '2147483647']) {
    for (const path of ['/4/errors', '/4/errors/count', '/4/tasks/errors']) {
      assert.equal((await call('GET', `${path}?error_code=${code}`)).status, 200, `${path} ${code}`);
    }
  }
});
