import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { permissionsOf, roles, type Role } from '../../domain/accounts/permission.ts';
import { openSite } from '../support/browser/site.ts';
import { startSession } from '../support/browser/visitor.ts';
import { accountOfRole, passwordOfRole } from '../support/rows/accountOfRole.ts';
import { buildEvent, insertEventRows } from '../support/rows/eventRows.ts';
import { buildFace, insertFaces } from '../support/rows/rows.ts';
import { createGcByHand } from '../support/engine/gcByHand.ts';
import { createClient } from '../support/servers/documentedClient.ts';
import { insertPicturedFaces } from './faceRows.ts';
import { buildReport, insertCheck } from './networkRows.ts';
import { insertError, insertTask, setState } from './taskRows.ts';
import { insertUpgrade } from './upgradeRows.ts';

const site = openSite();
const removal = {
  taskType: 4,
  content: { target: 'face_descriptors', filters: { descriptor_version: 3 } },
} as const;
const states = ['running', 'paused', 'failed', 'done'] as const;
let ids: Readonly<Record<string, string | number>>;
/** The beginnings of the addresses of tasks and schedules that remove something. */
let removals: string[];

before(async () => {
  const { db, url } = site.server;
  const asRoot = await createClient(url);
  const ofRole = { viewer: '', operator: '', auditor: '', admin: '' };
  for (const role of roles) ofRole[role] = (await accountOfRole(asRoot, url, role)).accountId;
  // Else each page would lead to the one that asks for another password.
  await db.query('update accounts set must_change_password = false');
  const tasks: number[] = [];
  const ofRemovals: number[] = [];
  for (const state of states) {
    tasks.push(await insertTask(db, { state, failed: 2 }));
    ofRemovals.push(await insertTask(db, { ...removal, state, failed: 2 }));
  }
  for (const taskId of [...tasks, ...ofRemovals]) await insertError(db, taskId, 'no file of this name');
  await db.query(
    `insert into acknowledgements (task_id, item, login)
     select task_id, 'failed 1 ' || to_char(end_time at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'root@visionlabs.ai'
     from tasks where task_id = $1`,
    [tasks[2]],
  );
  const schedules = await db.query<{ schedule_id: number; task_type: number }>(
    `insert into schedules (task_type, content, cron, time_zone, active, followed_revision, created_by_login)
     select kind, content, '0 3 * * *', 'UTC', active, 1, 'root@visionlabs.ai'
     from (values (4, $1::jsonb), (5, $2::jsonb)) k (kind, content), (values (true), (false)) a (active)
     returning schedule_id, task_type`,
    [
      JSON.stringify(removal.content),
      JSON.stringify({
        extraction_target: 'face_descriptor',
        options: { missing: true, descriptor_version: 3 },
        filters: { objects_type: 'faces' },
      }),
    ],
  );
  const { upgradeId } = await insertUpgrade(db, {
    ...{
      step: 'switch',
      stepState: 'waiting',
      tasks: { extract: { state: 'done', expected: 10, done: 10 } },
    },
  });
  await insertCheck(db, 3, [buildReport(3)]);
  const [list] = await db.query<{ list_id: string }>(
    'insert into lists (list_id, account_id, user_data) values (gen_random_uuid(), $1, $2) returning list_id',
    [ofRole.viewer, 'Staff'],
  );
  const listId = list?.list_id ?? '';
  const [face] = await insertPicturedFaces(site.server, 3, { accountId: ofRole.viewer, listIds: [listId] });
  const gone = [buildFace({ externalId: 'goes' })];
  await insertFaces(db, gone);
  const gc = await createGcByHand(db).run({ target: 'faces', filters: { external_ids: ['goes'] } });
  const certificate = await asRoot('POST', `/4/tasks/${gc.taskId}/certificate`);
  const event = buildEvent({ accountId: ofRole.viewer });
  await insertEventRows(db, [event]);
  await db.query(
    `insert into audit (login, action, object_type, object_id)
     values ('root@visionlabs.ai', 'schedule.create', 'schedule', '1'), ('root@visionlabs.ai', 'task.pause', 'task', $1),
       ('root@visionlabs.ai', 'network.check', 'network', 'face version 3'),
       ('root@visionlabs.ai', 'upgrade.create', 'upgrade', $2), ('root@visionlabs.ai', 'face.view', 'face', $3)`,
    [String(tasks[0]), String(upgradeId), face?.faceId],
  );
  await db.query('update tasks set schedule_id = $1 where task_id = $2', [
    schedules[0]?.schedule_id,
    tasks[0],
  ]);
  ids = {
    ...{ task_id: tasks[0] ?? 0, schedule_id: schedules.at(-1)?.schedule_id ?? 0, version: 3 },
    ...{ upgrade_id: upgradeId, account_id: ofRole.viewer, list_id: listId },
    ...{ face_id: face?.faceId ?? '', event_id: event.eventId, gone: gone[0]?.faceId ?? '' },
    certificate_id: certificate.body.certificate_id,
  };
  removals = [
    ...ofRemovals.map((taskId) => `/tasks/${taskId}/`),
    ...schedules
      .filter(({ task_type: type }) => type === 4)
      .map(({ schedule_id: scheduleId }) => `/schedules/${scheduleId}/`),
  ];
});

const open = async (role: Role): Promise<Page> => {
  const page = await site.visit();
  await startSession(page, site.server.url, `${role}@example.com`, passwordOfRole);
  return page;
};

const routes = () =>
  [...site.server.pagePermissions].map(([route, permission]) => {
    const [method = '', path = ''] = route.split(' ');
    return { method, path, permission, pattern: new RegExp(`^${path.replaceAll(/:\w+/g, '[^/]+')}$`) };
  });

/** What all roles may do to a removal that any may do something to. */
const harmless = /\/(view|certify|pause|cancel|stop|acknowledge|unacknowledge|result|errors|subtasks)$/;

/** Where the links and forms of the page lead, and how. */
const waysFrom = (page: Page): Promise<{ method: string; href: string }[]> =>
  page.evaluate(`[
    ...[...document.querySelectorAll('a[href]')].map(({ href }) => ({ method: 'GET', href })),
    ...[...document.querySelectorAll('form')].map(({ method, action }) => ({ method: method.toUpperCase(), href: action })),
    ...[...document.querySelectorAll('[formaction]')].map(({ formAction: href }) => ({ method: 'GET', href })),
    ...[...document.querySelectorAll('.bulk [name=act]')].map(({ value }) => ({ method: 'GET', href: '/tasks/bulk?of=matching&act=' + value })),
  ]`);

/** What is offered on the page and would be refused. */
async function findRefused(page: Page, role: Role): Promise<string[]> {
  const permissions = permissionsOf(role, false);
  const known = routes();
  const starts = known
    .filter(
      ({ method, path, permission }) =>
        method === 'GET' && permissions.has(permission) && !path.startsWith('/samples'),
    )
    // What is open to the role for some things alone is found by links.
    .filter(({ path }) => role === 'admin' || !/\/(change|run)$/.test(path))
    .map(({ path }) =>
      path.replaceAll(/:(\w+)/g, (_, name: string) => String(ids[name] ?? assert.fail(name))),
    );
  const gone = permissions.has('view') ? [`/faces/${String(ids['gone'])}/view`] : [];
  const queue = ['/', ...gone, ...starts].map((href) => ({
    href,
    from: 'the test',
  }));
  const seen = new Set<string>();
  const refused: string[] = [];
  for (const { href, from } of queue) {
    const { origin, pathname, searchParams } = new URL(href, site.server.url);
    const name = ['kind', 'from', 'act', 'q'].map((key) => searchParams.get(key) ?? '').join(' ');
    const key = `${pathname} ${name}`;
    if (origin !== site.server.url || seen.has(key)) continue;
    seen.add(key);
    const isPage =
      known.some(({ method, pattern }) => method === 'GET' && pattern.test(pathname)) &&
      !/\/(csv|ndjson)$/.test(pathname);
    if (!isPage) {
      if ((await page.request.get(href)).status() === 403) refused.push(`${from}: ${href}`);
      continue;
    }
    const answer = await page.goto(href);
    if (answer?.status() === 403) {
      refused.push(`${from}: ${href}`);
      continue;
    }
    if (pathname !== '/password') assert.notEqual(new URL(page.url()).pathname, '/password', pathname);
    for (const way of await waysFrom(page)) {
      const { pathname: path } = new URL(way.href, site.server.url);
      if (way.method === 'GET') queue.push({ href: way.href, from: pathname });
      else {
        const route = known.find(({ method, pattern }) => method === 'POST' && pattern.test(path));
        if (route === undefined || !permissions.has(route.permission))
          refused.push(`${pathname}: POST ${path}`);
        else if (
          role === 'operator' &&
          removals.some((start) => path.startsWith(start)) &&
          !harmless.test(path)
        )
          refused.push(`${pathname}: POST ${path}, of a removal`);
      }
    }
  }
  assert.ok(seen.size > 15, `only ${seen.size} pages`);
  return [...new Set(refused)];
}

for (const role of roles) {
  test(`no link and no form that the role ${role} sees leads to a refusal`, async () => {
    const page = await open(role);
    assert.deepEqual(await findRefused(page, role), []);
  });
}

test('a page says what the role does not allow, and still does when it refreshes itself', async () => {
  const page = await open('operator');
  const taskId = await insertTask(site.server.db, { ...removal, state: 'running' });
  await page.goto(`/tasks/${taskId}/view`);
  const controls = page.locator('#live-controls');
  const why = 'Your role, operator, can only pause and cancel removals.';
  assert.match(await controls.innerText(), new RegExp(`^Pause\\s+Cancel…\\s+${why}$`));
  await setState(site.server.db, taskId, 'failed');
  await controls.getByRole('button', { name: 'Pause' }).waitFor({ state: 'detached' });
  assert.match(await controls.innerText(), new RegExp(`^Issue erasure certificate\\s+${why}$`));
});

test('an operator who selects removals and extracts retries the extracts alone', async () => {
  const page = await open('operator');
  await page.goto('/tasks/bulk?of=matching&act=retry&task_status=3');
  await page.getByText('can only pause and cancel removals: they are left out').waitFor();
  await page.getByRole('button', { name: 'Retry 1 task' }).waitFor();
  const refused = await page.goto('/tasks/bulk?of=matching&act=remove');
  assert.equal(refused?.status(), 403);
});

test('an operator is not shown the form of what only admins may start', async () => {
  const page = await open('operator');
  for (const address of [
    '/tasks/new?kind=gc-faces',
    '/schedules/new?kind=gc-faces',
    `${removals.at(-1)}change`,
  ])
    assert.equal((await page.goto(address))?.status(), 403, address);
});

test('a maintenance is shown to all roles, and its end offered to those that may end it', async () => {
  await site.server.db.query(
    "update maintenance set active = true, start_time = now(), started_by = 'root@visionlabs.ai'",
  );
  const offered: string[] = [];
  for (const role of roles) {
    const page = await open(role);
    await page.goto('/version/view');
    await page.getByText('Tasks are paused.').waitFor();
    if ((await page.getByRole('button', { name: 'End maintenance' }).count()) > 0) offered.push(role);
    await page.context().close();
  }
  assert.deepEqual(offered, ['operator', 'admin']);
});

test('where nothing is there yet, a viewer is not told to create it', async () => {
  await site.server.db.query('truncate tasks, schedules cascade');
  const page = await open('viewer');
  for (const [address, title] of [
    ['/', 'Nothing is running'],
    ['/tasks/view', 'No task yet'],
    ['/schedules/view', 'No schedule yet'],
  ] as const) {
    await page.goto(address);
    await page.getByText(title).waitFor();
    assert.equal(await page.getByRole('link', { name: /^New / }).count(), 0, address);
  }
});
