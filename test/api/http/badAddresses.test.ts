import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { openApi } from '../../support/servers/openApi.ts';

const { api, call } = await openApi();

const id = '557d54ec-29ad-4f3c-93b4-c9092ef12515';

const addresses: readonly [path: string, status: number, code: number][] = [
  ['/4/nothing', 404, 12013],
  ['/4/tasks/0', 404, 12013],
  ['/4/tasks/01', 404, 12013],
  ['/4/tasks/one', 404, 12013],
  ['/4/tasks/9223372036854775808', 404, 12013],
  ['/4/tasks/9223372036854775807', 404, 28001],
  ['/4/tasks/%ff', 404, 12013],
  ['/4/tasks/1/result', 404, 28001],
  ['/4/tasks/1/subtasks', 404, 28001],
  ['/4/tasks/1/errors', 404, 28001],
  ['/4/tasks/1/errors/count', 404, 28001],
  ['/4/errors/one', 404, 12013],
  ['/4/errors/-1', 404, 28003],
  ['/4/tasks/errors/1', 404, 28003],
  ['/4/accounts/me', 400, 12001],
  [`/4/accounts/${id.toUpperCase()}`, 400, 12001],
  [`/4/accounts/${id}`, 404, 11003],
  ['/4/metrics', 404, 12013],
];

for (const [path, status, code] of addresses) {
  test(`GET ${path} is answered ${status} with ${code}`, async () => {
    const answer = await call('GET', path);
    assert.deepEqual([answer.status, answer.body.error_code], [status, code]);
  });
}

test('another method on an address is refused with 405 and the ones that it has', async () => {
  for (const [method, path, allow] of [
    ['PUT', '/4/tasks/gc', 'POST, OPTIONS'],
    ['GET', '/4/tasks/additional_extract', 'POST, OPTIONS'],
    ['POST', '/4/tasks/7', 'GET, HEAD, PATCH, DELETE, OPTIONS'],
    ['DELETE', '/tasks/count', 'GET, HEAD, OPTIONS'],
    ['POST', '/4/tasks/events', 'GET, HEAD, OPTIONS'],
    ['DELETE', '/tasks/view', 'GET, HEAD, OPTIONS'],
    ['DELETE', '/tasks/new', 'GET, HEAD, POST, OPTIONS'],
    ['POST', '/', 'GET, HEAD, OPTIONS'],
  ] as const) {
    const answer = await call(method, path);
    assert.deepEqual([answer.status, answer.body.error_code], [405, 12021], path);
    assert.equal(answer.headers.get('allow'), allow, path);
  }
});

test('TRACE and the methods of other protocols are refused as any other is', async () => {
  for (const method of ['TRACE', 'PROPFIND', 'LOCK', 'REPORT']) {
    // fetch does not send TRACE.
    const sent = request(`${api.url}/4/tasks`, { method }).end();
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    answer.resume();
    assert.deepEqual([answer.statusCode, answer.headers.allow], [405, 'GET, HEAD, OPTIONS'], method);
  }
});

test('times may be anything that RFC 3339 allows', async () => {
  for (const time of [
    '2016-12-31T23:59:60Z',
    '0000-01-01T00:00:00Z',
    '9999-12-31T23:59:59-12:00',
    '2018-08-11T09:11:41.674123%2B03:00',
    '2018-08-11t09:11:41z',
  ]) {
    const answer = await call('GET', `/4/tasks?create_time__gte=${time}&end_time__lt=${time}`);
    assert.equal(answer.status, 200, time);
  }
});
