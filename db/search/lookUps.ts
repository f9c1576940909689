import { likeText } from '../sql/conditions.ts';
import type { SearchKind } from './searchQueries.ts';

/** A question that is asked under a time limit of its own. It answers rows of SearchHit. */
export interface LookUp {
  readonly kinds: readonly SearchKind[];
  readonly sql: string;
  readonly binds: readonly unknown[];
}

/** Words inside user data are looked for among so many of the newest faces, and of the newest events. */
export const newestLookedThrough = 2_000;

const account = `'account' as kind, account_id::text as id, login as name, description as note, null as picture`;
const list = `'list' as kind, list_id::text as id, user_data as name, '' as note, null as picture`;
const face = `'face' as kind, face_id::text as id, coalesce(nullif(user_data, ''), external_id) as name,
  case when user_data = '' then '' else external_id end as note, (select max(kind) from samples where owner_id = face_id) as picture`;
const event = `'event' as kind, event_id::text as id,
  coalesce(nullif(user_data, ''), nullif(external_id, ''), nullif(source, ''), track_id) as name,
  concat_ws(', ', nullif(case when user_data = '' then '' else external_id end, ''), nullif(source, '')) as note, (select max(kind) from samples where owner_id = event_id) as picture`;
const task = `'task' as kind, task_id::text as id, coalesce(description, '') as name, state as note, null as picture`;
const schedule = `'schedule' as kind, schedule_id::text as id, coalesce(description, '') as name, cron as note, null as picture`;
const upgrade = `'upgrade' as kind, upgrade_id::text as id,
  'Version ' || from_version || ' to ' || to_version as name, state as note, null as picture`;
const error = `'error' as kind, error_id::text as id, "desc" as name, detail as note, null as picture`;

/** Everything that has this id; of an attribute or a sample whose it is, of a result its task. */
export function byId(id: string, limit: number): LookUp[] {
  const of = (kinds: SearchKind[], sql: string, binds: unknown[] = [id]) => ({ kinds, sql, binds });
  return [
    of(
      ['account', 'list', 'face', 'event', 'task'],
      `select ${account}, true as exact from accounts where account_id = $1
       union all select ${list}, true from lists where list_id = $1
       union all select ${face}, true from faces where face_id = $1
       union all select ${event}, true from events where event_id = $1
       union all select ${task}, true from tasks where result_id = $1`,
    ),
    of(
      ['face'],
      `select ${face}, true as exact from attributes join faces using (face_id)
       where attribute_id = $1 and face_id <> $1 order by face_id desc limit $2`,
      [id, limit],
    ),
    of(
      ['face', 'event'],
      `with owners as (select owner_id from samples where sample_id = $1 limit $2)
       select ${face}, true as exact from owners join faces on face_id = owner_id
       union all select ${event}, true from owners join events on event_id = owner_id`,
      [id, limit],
    ),
  ];
}

/** `kind`: only of this one. */
export function byNumber(value: number, kind: SearchKind | null, limit: number): LookUp[] {
  const statements: Partial<Record<SearchKind, string>> = {
    task: `select ${task}, true as exact from tasks where task_id = $1`,
    schedule: `select ${schedule}, true as exact from schedules where schedule_id = $1 and not removed`,
    upgrade: `(select ${upgrade}, upgrade_id = $1 as exact from upgrades
      where upgrade_id = $1 or from_version = $1 or to_version = $1 order by upgrade_id desc limit ${limit})`,
    error: `select ${error}, true as exact from task_errors where error_id = $1`,
  };
  const kinds = (Object.keys(statements) as SearchKind[]).filter((one) => kind === null || kind === one);
  return [{ kinds, sql: kinds.map((one) => statements[one]).join(' union all '), binds: [value] }];
}

/** A part of what people write, and the beginning of what systems write: that has an index. */
export function byWords(text: string, limit: number): LookUp[] {
  const binds = [text, `${likeText(text)}%`, `%${likeText(text)}%`];
  const isPart = (column: string) => `strpos(lower(${column}), lower($1)) > 0`;
  const isAll = (column: string) => `lower(${column}) = lower($1) as exact`;
  // In the order of the index, so that it is read no further than the limit.
  const begins = (kind: 'face' | 'event', shown: string, columns: readonly string[]) =>
    columns.map(
      (column) => `select ${shown}, ${isNamed.has(column) ? `${column} = $1` : 'false'} as exact from ${kind}s
        where ${column} <> '' and ${column} like $2 order by ${column} using ~<~, ${kind}_id limit ${limit}`,
    );
  const newest = (kind: 'face' | 'event', shown: string) =>
    `select ${shown}, false as exact
     from (select * from ${kind}s order by create_time desc, ${kind}_id desc limit ${newestLookedThrough}) newest
     where ${isPart('user_data')} limit ${limit}`;
  const lookUp = (kinds: SearchKind[], statements: readonly string[], ...bound: unknown[]): LookUp => ({
    kinds,
    sql: statements.map((statement) => `(${statement})`).join(' union all '),
    binds: bound,
  });
  return [
    lookUp(
      ['face', 'event'],
      [
        ...begins('face', face, ['external_id', 'user_data']),
        ...begins('event', event, ['external_id', 'user_data', 'source', 'track_id']),
      ],
      ...binds.slice(0, 2),
    ),
    lookUp(
      ['account', 'list', 'schedule'],
      [
        `select ${account}, login = lower($1) as exact from accounts
         where ${isPart('login')} or ${isPart('description')} order by exact desc, login limit ${limit}`,
        `select ${list}, ${isAll('user_data')} from lists where ${isPart('user_data')}
         order by exact desc, user_data, list_id limit ${limit}`,
        `select ${schedule}, ${isAll('description')} from schedules where not removed and ${isPart('description')}
         order by schedule_id desc limit ${limit}`,
      ],
      text,
    ),
    lookUp(
      ['task'],
      [
        `select ${task}, ${isAll('description')} from tasks
         where description is not null and description ilike $2 order by task_id desc limit ${limit}`,
      ],
      ...[text, binds[2]],
    ),
    lookUp(['face', 'event'], [newest('face', face), newest('event', event)], text),
  ];
}

/** Names one object. A source or a track is of many events, so its name means none of them. */
const isNamed: ReadonlySet<string> = new Set(['external_id', 'user_data']);
