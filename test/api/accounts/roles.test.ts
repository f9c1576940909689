import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createContract } from '../../../api/http/contract/contract.ts';
import { readDocument } from '../../../api/http/contract/document.ts';
import { permissionsOf, roles, type Role } from '../../../domain/accounts/permission.ts';
import { accountOfRole } from '../../support/rows/accountOfRole.ts';
import { waitFor } from '../../support/waitFor.ts';
import { openApi } from '../../support/servers/openApi.ts';

const { api, call: asRoot } = await openApi();
const contract = createContract((await readDocument()).document);
const operations = contract.flatMap((path) => path.operations);
const extract = {
  content: {
    extraction_target: 'face_descriptor',
    options: { descriptor_version: 1 },
    filters: { objects_type: 'faces', create_time__lt: 'now-1s' },
  },
};
const someId = '01890000-0000-7000-8000-000000000009';
const as = Object.fromEntries(
  await Promise.all(roles.map(async (role) => [role, await accountOfRole(asRoot, api.url, role)] as const)),
) as Record<Role, Awaited<ReturnType<typeof accountOfRole>>>;

/** An address of the pattern; nothing is there. */
function addressOf(pattern: string): string {
  return pattern.replaceAll(
    /\{(\w+)\}|:(\w+)/g,
    (_, inBraces: string | undefined, name: string | undefined) =>
      /account|face|event_id|list|owner/.test(inBraces ?? name ?? '') ? someId : '999999',
  );
}

async function ask(role: Role, method: string, path: string, headers: Record<string, string> = {}) {
  const leave = new AbortController();
  const answer = await fetch(api.url + addressOf(path), {
    method: method.toUpperCase(),
    redirect: 'manual',
    headers: { ...as[role].headers, ...headers },
    signal: leave.signal,
  });
  const isStream = answer.headers.get('content-type')?.startsWith('text/event-stream') === true;
  const text = isStream ? '' : await answer.text();
  leave.abort();
  return { status: answer.status, headers: answer.headers, text };
}

test('each operation is open to the roles of its permission and to no other', async () => {
  assert.ok(operations.length > 60);
  for (const { id, method, path, permission } of operations) {
    if (permission === null) continue;
    for (const role of roles) {
      const isOpen = permissionsOf(role, false).has(permission);
      const { status, text } = await ask(role, method, `/4${path}`);
      const isRefused = status === 403 && text.includes('12025');
      assert.equal(isRefused, !isOpen, `${role} ${id}: ${status} ${text.slice(0, 200)}`);
    }
  }
});

test('each page is open to the roles of its permission and to no other', async () => {
  assert.ok(api.pagePermissions.size > 50);
  for (const [route, permission] of api.pagePermissions) {
    const [method = '', path = ''] = route.split(' ');
    const form = method === 'POST' ? { 'content-type': 'application/x-www-form-urlencoded' } : {};
    for (const role of roles) {
      const isOpen = permissionsOf(role, false).has(permission);
      const { status, text } = await ask(role, method, path, { accept: 'text/html', ...form });
      const isRefused = status === 403 && text.includes('12025');
      assert.equal(isRefused, !isOpen, `${role} ${route}: ${status}`);
    }
  }
});

test('an operator runs extracts and stops removals, but starts, resumes, retries and deletes none', async () => {
  const { call } = as.operator;
  const made = await call('POST', '/4/tasks/additional_extract', { body: extract });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const gcBody = { content: { target: 'face_descriptors', filters: { descriptor_version: 3 } } };
  assert.equal((await call('POST', '/4/tasks/gc', { body: gcBody })).status, 403);
  const gc = await asRoot('POST', '/4/tasks/gc', { body: gcBody });
  const task = `/4/tasks/${gc.body.task_id}`;
  const order = async (body: object) => (await call('PATCH', task, { body })).body.error_code;
  assert.equal(await order({ action: 'pause' }), undefined);
  assert.equal(await order({ action: 'resume' }), 12025);
  assert.equal(await order({ action: 'throttle', objects_per_second: 5 }), 12025);
  assert.equal(await order({ action: 'cancel' }), undefined);
  assert.equal(await order({ action: 'retry' }), 12025);
  assert.equal((await call('DELETE', task)).body.error_code, 12025);
});

test('an operator schedules extracts, and may only stop a schedule of removals', async () => {
  const { call } = as.operator;
  const spec = {
    ...{ task_type: 4, cron: '0 3 * * *' },
    content: { target: 'face_descriptors', filters: { descriptor_version: 1 } },
  };
  assert.equal((await call('POST', '/4/tasks/schedules', { body: spec })).body.error_code, 12025);
  const made = await asRoot('POST', '/4/tasks/schedules', { body: spec });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const schedule = `/4/tasks/schedules/${made.body.schedule_id}`;
  assert.equal((await call('PATCH', schedule, { body: { action: 'stop' } })).status, 200);
  assert.equal((await call('PATCH', schedule, { body: { action: 'start' } })).body.error_code, 12025);
  assert.equal((await call('PUT', schedule, { body: spec })).body.error_code, 12025);
  assert.equal((await call('POST', `${schedule}/run`, {})).body.error_code, 12025);
  assert.equal((await call('DELETE', schedule)).body.error_code, 12025);
});

const allowPictures = () =>
  api.db.execute("update accounts set sees_pictures = true where login = 'viewer@example.com'");

test('a viewer sees pictures only if the account allows it', async () => {
  const picture = `/samples/${someId}/face`;
  assert.match((await ask('viewer', 'GET', picture)).text, /12025/);
  const inPage = await ask('viewer', 'GET', picture, { 'sec-fetch-dest': 'image' });
  assert.equal(inPage.status, 302);
  assert.match(inPage.headers.get('location') ?? '', /hidden-picture/);
  await allowPictures();
  await waitFor(
    'the account to be read anew',
    async () => (await ask('viewer', 'GET', picture)).status === 404,
  );
});
