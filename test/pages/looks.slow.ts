import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { v7 as newId } from 'uuid';
import { launchBrowser, type LaunchedBrowser } from '../support/browser/browser.ts';
import { rootLogin, rootPassword, startApiServer, type ApiServer } from '../support/servers/apiServer.ts';
import { createVisitor, logIn, registerAccount } from '../support/browser/visitor.ts';
import { buildEvent, insertEventRows } from '../support/rows/eventRows.ts';
import { basic } from '../support/rows/basic.ts';
import { buildFace, insertFaces } from '../support/rows/rows.ts';
import { createGcByHand } from '../support/engine/gcByHand.ts';
import { createLook } from './examine.ts';
import { insertPicturedFaces } from './faceRows.ts';
import { buildReport, insertCheck } from './networkRows.ts';
import { insertError, insertTask } from './taskRows.ts';
import { unfold } from './unfold.ts';

const evil = `"><img src=x onerror="document.title='pwned'"><script>document.title='pwned'</script>`;

const goneId = '01900000-0000-7000-8000-00000000dead';

let site: ApiServer;
let launched: LaunchedBrowser;
let addresses: Record<string, string>;

before(async () => {
  site = await startApiServer({
    ...{ environmentName: evil.slice(0, 24), development: true },
    auditWebhook: 'https://siem.example.com/audit',
  });
  launched = await launchBrowser();
  const running = await insertTask(site.db, { description: `Network upgrade ${evil}`, failed: 12 });
  await insertError(site.db, running, `broken ${evil}`);
  await site.db.query(
    `insert into audit_feeds (feed, fault, failures, next_time)
     values ('webhook', $1, 2, now() + interval '1 minute')`,
    [`it answered ${evil}`],
  );
  await site.db.query(
    `insert into task_samples (task_id, sample_time, handled)
     select $1, now() - (60 - n) * interval '10 seconds', n * n from generate_series(1, 59) n`,
    [running],
  );
  await site.db.query(
    `insert into activity (minute, task_type, error_code, items)
     select date_trunc('minute', now()) - n * interval '1 minute', kind, code, 60 * (n % 20)
     from generate_series(1, 600) n, (values (4, 0), (5, 0), (5, 28100), (4, 28104)) k (kind, code)`,
  );
  const failed = await insertTask(site.db, {
    state: 'failed',
    taskType: 4,
    content: { target: 'faces', filters: { user_data: evil, external_ids: [evil] }, store_results: false },
    failure: { desc: 'Too many objects failed', detail: evil },
  });
  await insertTask(site.db, { state: 'done', done: 1_000, resultId: '11111111-1111-4111-8111-111111111111' });
  await insertTask(site.db, { state: 'pending', done: 0, expected: 0 });
  const waiting = await plantedApproval();
  const accountId = await registerAccount(site, {
    login: 'branch@example.com',
    password: 'secret',
    account_type: 'user',
    description: evil.slice(0, 128),
  });
  await planted(accountId);
  const { faceId, bareId, listId, eventId } = await plantedFaces(accountId);
  await insertCheck(site.db, 3, [buildReport(3)]);
  await insertCheck(site.db, 3, [buildReport(3, [`People are hardly told apart ${evil}`], evil)]);
  await insertCheck(site.db, 101, [buildReport(101)]);
  addresses = {
    home: '/',
    tasks: '/tasks/view',
    task: `/tasks/${running}/view`,
    'task-approval': `/tasks/${waiting}/view`,
    'task-approval-reason': `/tasks/${waiting}/view?reason_for=approve`,
    'tasks-approval': '/tasks/view?state=awaiting_approval',
    'task-failed': `/tasks/${failed}/view`,
    'tasks-none': '/tasks/view?task_status=2',
    'tasks-bulk': '/tasks/bulk?act=cancel&of=matching',
    'tasks-filtered': '/tasks/view?text=upgrade&create_time__gte=now-1d&sort=oldest',
    'tasks-wrong-filter': '/tasks/view?task_ids=word',
    'new-extract': '/tasks/new',
    'new-extract-events': '/tasks/new?kind=extract-events',
    'new-gc-event-descriptors': '/tasks/new?kind=gc-event-descriptors',
    'new-gc-faces': '/tasks/new?kind=gc-faces',
    accounts: '/accounts',
    'search-none': `/search/view?q=${encodeURIComponent('"><img src=x onerror=1>')}`,
    search: `/search/view?q=${encodeURIComponent(evil.slice(0, 128))}`,
    account: `/accounts/${accountId}`,
    'account-lists': `/accounts/${accountId}/lists`,
    face: `/faces/${faceId}/view`,
    list: `/lists/${listId}/view`,
    'face-bare': `/faces/${bareId}/view`,
    event: `/events/${eventId}/view`,
    errors: '/errors/view',
    'errors-filtered': '/errors/view?error_code=28100&error_time__gte=now-1d',
    'errors-wrong-filter': '/errors/view?task_ids=word',
    'new-account': '/accounts/new',
    schedules: '/schedules/view',
    schedule: '/schedules/1/view',
    'run-schedule': '/schedules/1/run',
    'new-schedule': '/schedules/new?kind=gc-faces',
    'change-schedule': '/schedules/1/change',
    'new-schedule-extract': '/schedules/new',
    networks: '/networks/view',
    network: '/networks/3/view',
    'network-gone': '/networks/2/view',
    audit: '/audit/view',
    certificate: `/certificates/${await plantedCertificate()}/view`,
    'face-gone': `/faces/${goneId}/view`,
    'audit-none': '/audit/view?action=task.pause',
    ownAccount: '/account',
    tokens: '/account/tokens',
    password: '/password',
    help: '/version/view',
    settings: '/settings/view',
    styleguide: '/styleguide',
    'not-found': '/nowhere',
    manual: '/docs/dev/index.html',
    'manual-operations': '/docs/dev/operations.html',
    'error-codes': '/docs/errors',
    reference: '/docs/spec',
    'document-search': '/docs/search?q=gc',
  };
});
after(async () => {
  await launched.close();
  await site.close();
});

/** A gc that has removed faces, and the certificate of one. */
async function plantedCertificate(): Promise<string> {
  const faces = [
    buildFace({ faceId: goneId, externalId: 'goes', versions: [1, 3] }),
    buildFace({ externalId: 'goes' }),
  ];
  await insertFaces(site.db, faces);
  const { taskId } = await createGcByHand(site.db).run({
    target: 'faces',
    filters: { external_ids: ['goes'] },
  });
  const answer = await fetch(`${site.url}/4/tasks/${taskId}/certificate`, {
    method: 'POST',
    headers: basic(rootLogin, rootPassword),
  });
  return ((await answer.json()) as { certificate_id: string }).certificate_id;
}

/** A removal of somebody else's that waits for its approval, of which more is selected than when it was ordered. */
async function plantedApproval(): Promise<number> {
  const content = { target: 'events', filters: { user_data: evil.slice(0, 128) }, store_results: false };
  const taskId = await insertTask(site.db, {
    state: 'awaiting_approval',
    taskType: 4,
    content,
    done: 0,
    expected: 0,
  });
  await insertEventRows(site.db, [
    buildEvent({ userData: evil.slice(0, 128) }),
    buildEvent({ userData: evil.slice(0, 128) }),
  ]);
  const sample = [
    { kind: 'event', eventId: newId(), userData: evil, createTime: '2026-03-02T01:30:00.000Z' },
  ];
  await site.db.query(
    `insert into approvals (task_id, cause, preview, ordered_by, ordered_by_login, expire_time)
     values ($1, 'objects', $2, gen_random_uuid(), $3, now() + interval '3 days')`,
    [
      taskId,
      JSON.stringify({ count: 1, isExact: true, oldest: null, newest: null, sample }),
      evil.slice(0, 128),
    ],
  );
  return taskId;
}

/** Whatever else is text somewhere: a list's user data, values in the audit, what a schedule holds. */
async function planted(accountId: string): Promise<void> {
  await site.db.query(
    `insert into lists (list_id, account_id, user_data)
     select gen_random_uuid(), $1, $2 from generate_series(1, 7)`,
    [accountId, evil.slice(0, 128)],
  );
  await site.db.query(
    `insert into audit (login, action, object_type, object_id, remote_address, before, after)
     values ($1, 'task.retry', 'task', '1', '192.0.2.7', $2, $3), ('', 'task.create', 'task', '1', null, null, $4)`,
    [
      evil.slice(0, 128),
      JSON.stringify({ state: evil }),
      JSON.stringify({ [evil]: [evil], scope: 'failed' }),
      JSON.stringify({
        task_type: 4,
        content: {
          target: 'faces',
          filters: { user_data: evil },
          remove_samples: true,
          store_results: false,
        },
        description: evil,
      }),
    ],
  );
  await site.db.query(
    `insert into schedules (task_type, description, content, cron, time_zone, active, followed_revision, last_run,
       notification_policy)
     values (4, $1, $2, '30 2 * * *', 'Europe/Berlin', true, 1, $3, $5),
       (5, null, $4, '0 4 * * SUN', 'UTC', false, 1, null, null)`,
    [
      evil,
      JSON.stringify({ target: 'faces', filters: { user_data: evil }, remove_samples: true }),
      JSON.stringify({
        scheduled_time: '2026-01-31T01:30:00.000Z',
        outcome: 'failed',
        task_id: null,
        failure: { desc: 'No extractor', detail: evil },
      }),
      JSON.stringify({
        extraction_target: 'face_descriptor',
        options: { missing: true, descriptor_version: 3 },
        filters: { objects_type: 'faces' },
      }),
      JSON.stringify({ url: `https://hooks.example.org/${evil}`, statuses: [0, 5], secret: evil }),
    ],
  );
  await site.db.query(
    `insert into schedule_runs (schedule_id, scheduled_time, run_time, outcome, task_id, blocking_task_id, failure, reason, login)
     values (1, '2026-01-31T01:30Z', '2026-01-31T01:30Z', 'failed', null, null, $1, null, null),
       (1, '2026-01-30T01:30Z', '2026-01-30T05:30Z', 'missed', null, null, null, 'temporal_away', null),
       (1, '2026-01-29T01:30Z', '2026-01-29T01:30Z', 'skipped', null, 1, null, null, null),
       (1, '2026-01-28T01:30Z', '2026-01-28T01:30Z', 'started', 1, null, null, null, $2)`,
    [JSON.stringify({ desc: 'No extractor', detail: evil }), evil],
  );
}

/** Faces of the account in two of its lists: the first has all that a face can have, the last has no sample. */
async function plantedFaces(
  accountId: string,
): Promise<Record<'faceId' | 'bareId' | 'listId' | 'eventId', string>> {
  const lists = await site.db.query<{ list_id: string }>(
    'select list_id from lists where account_id = $1 order by list_id limit 2',
    [accountId],
  );
  const text = evil.slice(0, 128);
  const faces = await insertPicturedFaces(site, 30, {
    ...{ accountId, externalId: text, userData: text },
    listIds: lists.map(({ list_id }) => list_id),
  });
  const faceId = faces[0]?.faceId ?? '';
  await site.db.query('update attributes set basic_attributes = $2 where face_id = $1', [
    faceId,
    JSON.stringify({ age: 34.1, gender: 0.98, emotions: { neutral: 0.91, happy: 0.08, [evil]: 0.01 } }),
  ]);
  const rich = buildEvent({
    ...{ accountId, source: text, userData: text, tags: [text] },
    attributes: { age: 34.1, [evil]: { [evil]: 0.5 } },
    versions: { face: [1, 3], body: [101] },
    samples: { face: faces[0]?.storageKey ?? null, body: null },
  });
  await insertEventRows(site.db, [rich, buildEvent({ accountId })]);
  await site.db.query('update events set face_id = $1, external_id = $2, track_id = $2', [faceId, text]);
  return {
    faceId,
    bareId: faces.at(-1)?.faceId ?? '',
    listId: lists[0]?.list_id ?? '',
    eventId: rich.eventId,
  };
}

for (const width of [1280, 390]) {
  test(`every page can be used by everybody, light and dark, ${width} pixels wide`, async () => {
    const visitor = await createVisitor(launched.browser, {
      url: site.url,
      viewport: { width, height: 800 },
      // A colour in the middle of its change has another contrast.
      reducedMotion: 'reduce',
    });
    const { page } = visitor;
    const look = createLook(visitor, width);
    await page.goto('/login');
    await look('login');
    await logIn(page, rootLogin, rootPassword);
    await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor();
    for (const [name, address] of Object.entries(addresses)) {
      await page.goto(address);
      await look(name);
    }
    for (const kind of ['gc-faces', 'gc-events'] as const) {
      await page.goto(`/tasks/new?kind=${kind}`);
      await unfold(page);
      await page.getByLabel('External ids').fill(evil.slice(0, 128));
      await page.getByRole('button', { name: 'Preview' }).click();
      await page.getByText('as JSON').click();
      await page.getByText('The same with curl').click();
      await look(`new-${kind}-preview`);
    }
    await visitor.close();
  });
}

test('markup in names, filters, failures and errors is shown as text', async () => {
  const visitor = await createVisitor(launched.browser, { url: site.url });
  const { page } = visitor;
  await logIn(page, rootLogin, rootPassword);
  await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor();
  const named = [
    'home',
    'tasks',
    'task',
    'task-failed',
    'accounts',
    'account',
    'account-lists',
    'errors',
    'audit',
    'schedules',
    'schedule',
    'networks',
    'network',
    'face',
    'list',
    'event',
    'search',
    'search-none',
  ];
  for (const name of named) {
    await page.goto(addresses[name] ?? '');
    assert.match(await page.getByRole('main').innerText(), /<img src=x onerror/, `${name} shows the text`);
    assert.equal(await page.locator('img[src=x]').count(), 0, `${name} made an element of it`);
  }
  await visitor.close();
});

test('the style guide shows every component with an example', async () => {
  const visitor = await createVisitor(launched.browser, { url: site.url });
  const { page } = visitor;
  await logIn(page, rootLogin, rootPassword);
  await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor();
  await page.goto('/styleguide');
  const shown = await page
    .locator('[data-component]:has(.example)')
    .evaluateAll((sections: { id: string }[]) => sections.map(({ id }) => id));
  assert.deepEqual(shown.sort(), readdirSync('views/components').sort());
  await visitor.close();
});
