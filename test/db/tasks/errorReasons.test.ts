import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createErrorQueries } from '../../../db/tasks/errorQueries.ts';
import { openTestDatabase } from '../../support/servers/database.ts';

const { db } = await openTestDatabase(2);

async function reasonsOf(details: readonly string[]): Promise<string[]> {
  const [task] = await db.query<{ task_id: number }>(
    `insert into tasks (task_type, state, content, created_by_login) values (5, 'failed', '{}', 'root') returning task_id`,
  );
  const rows = await db.query<{ reason: string }>(
    `insert into task_errors (task_id, task_type, error_code, "desc", detail, object_type, object_id)
     select $1, 5, 28100, 'Sample missing', detail, 'face', gen_random_uuid()
     from unnest($2::text[]) with ordinality d (detail, place) order by place returning reason`,
    [task?.task_id, details],
  );
  return rows.map(({ reason }) => reason);
}

const uuid = '01900000-0000-7000-8000-00000000000a';

for (const [what, first, second, reason] of [
  [
    'addresses with ports',
    'http://cdn:8080/a/b.jpg answered 503',
    'http://cdn:8081/c.jpg answered 503',
    '… answered 503',
  ],
  [
    'addresses with a query',
    'GET https://h.example/a?id=7&x=a,b: timeout',
    'GET https://h.example/b?id=8: timeout',
    'GET …: timeout',
  ],
  ['addresses of IPv6 hosts', 'http://[2001:db8::1]:80/a failed', 'http://[::1]/b failed', '… failed'],
  [
    'addresses with a password',
    'https://luna:s:cret@h:1/a refused',
    'https://eve:pw@h/b refused',
    '… refused',
  ],
  [
    'accounts at a host without a scheme',
    'luna:secret@db.example:5432 refused',
    'eve@db.example refused',
    '… refused',
  ],
  ['addresses in brackets', 'not found (http://h:1/a)', 'not found (http://h:2/b/c)', 'not found (…)'],
  ['bare IPv6 hosts', 'no route to [fe80::1]:443', 'no route to 2001:db8:0:1::7', 'no route to …'],
  ['IPv4 hosts', 'no route to 10.0.0.1', 'no route to 192.168.17.1', 'no route to …'],
  [
    'queries without an address',
    'photo?size=7&of=a was refused',
    'photo?size=8 was refused',
    '… was refused',
  ],
  ['paths', '/data/a/b.jpg: no such file', '/data/c.jpg: no such file', '…: no such file'],
  ['relative paths', 'samples/ab/1.jpg is truncated', 'samples/2.jpg is truncated', '… is truncated'],
  [
    'names of files',
    'sample6.jpg#4 is fine, sample7.png not',
    'b.jpg#4 is fine, a-c.webp not',
    '…#4 is fine, … not',
  ],
  [
    'quoted paths with spaces',
    "cannot open '/data/my photos/a.jpg'",
    "cannot open '/data/b'",
    'cannot open …',
  ],
  ['paths of Windows', 'C:\\My Photos\\a.jpg: access denied', 'd:\\b.jpg: access denied', '…: access denied'],
  [
    'shares of Windows',
    '\\\\server\\share\\a.jpg: access denied',
    '\\\\s\\b: access denied',
    '…: access denied',
  ],
  ['UUIDs', `face ${uuid} has no sample`, `face ${uuid.toUpperCase()} has no sample`, 'face … has no sample'],
  ['hexadecimal ids', 'block 0x7f3a, digest DEADBEE1', 'block 0x1, digest 00c0ffee', 'block …, digest …'],
  ['long numbers', 'row 48795 is locked', 'row 1234567 is locked', 'row … is locked'],
  ['numbers with separators', '48,795 bytes of 1.234.567', "1,234,567 bytes of 3'000", '… bytes of …'],
  ['decimals', 'a score of 0.123 is too low', 'a score of 0.4 is too low', 'a score of … is too low'],
] as const) {
  test(`errors that differ by ${what} have one reason`, async () => {
    assert.deepEqual(await reasonsOf([first, second]), [reason, reason]);
  });
}

test('errors that say something else have another reason', async () => {
  const details = [
    'answered 404',
    'answered 503',
    "can't read and/or write: it isn't there",
    'std::bad_alloc',
    'no face',
  ];
  assert.deepEqual(await reasonsOf(details), details);
});

test('the first error of a reason is known however many came after it, unless a filter stops the search', async () => {
  await db.query('truncate tasks cascade');
  const [task] = await db.query<{ task_id: number }>(
    `insert into tasks (task_type, state, content, created_by_login) values (5, 'failed', '{}', 'root') returning task_id`,
  );
  await db.query(
    `insert into task_errors (task_id, task_type, error_code, "desc", detail, object_type, object_id, error_time, overcome_time)
     select $1, 5, 28100, 'Sample missing', 'no file ' || n + 10000, 'face', gen_random_uuid(),
       '2026-01-01T00:00Z'::timestamptz + n * interval '1 second', case when n = 1 then now() end
     from generate_series(1, 2500) n`,
    [task?.task_id],
  );
  const queries = createErrorQueries(db);
  const [all] = await queries.reasons({});
  assert.deepEqual([all?.firstTime.toISOString(), all?.isFirst], ['2026-01-01T00:00:01.000Z', true]);
  const [some] = await queries.reasons({ taskType: 5 });
  assert.deepEqual([some?.firstTime.toISOString(), some?.isFirst], ['2026-01-01T00:08:21.000Z', false]);
  const [few] = await queries.reasons({ errorTimeGte: '2026-01-01T00:40:00Z' });
  assert.deepEqual([few?.firstTime.toISOString(), few?.isFirst], ['2026-01-01T00:40:00.000Z', true]);
});
