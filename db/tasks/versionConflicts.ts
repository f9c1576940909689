import { DomainError } from '../../domain/errors.ts';
import type { TaskWork } from '../../domain/tasks/engineTask.ts';
import { heldVersions, VersionInUseError, type OwnedVersion } from '../../domain/extract/heldVersions.ts';
import { taskTypes } from '../../domain/tasks/task.ts';
import { isOpenTask } from '../engine/turns.ts';
import { isOpenUpgrade } from '../upgrades/upgradeRow.ts';
import { advisoryLocks } from '../sql/advisoryLocks.ts';
import type { Sql } from '../sql/connection.ts';

/**
 * Before a task is opened, in the same transaction: a gc of descriptors waits its turn with the extracts that need the
 * same version, and of two that exclude each other the later one is refused. So is a gc of what an upgrade is about,
 * unless it is the upgrade's own.
 * @throws DomainError versionInUse | upgradeOpen
 */
export async function holdVersions(tx: Sql, work: TaskWork, upgradeId: number | null = null): Promise<void> {
  const versions = heldVersions(work);
  if (versions.length === 0) return;
  await lockVersions(tx, versions);
  await refuseConflict(tx, work, upgradeId);
  if (work.kind === 'gc' && work.content.target !== 'undo') await markUnplanned(tx, versions);
}

/**
 * Until the transaction ends, no gc of the version's descriptors is opened.
 * @throws DomainError versionInUse when one is open
 */
export async function holdFromRemoval(tx: Sql, type: OwnedVersion['type'], version: number): Promise<void> {
  const objects = type === 'face' ? (['faces', 'events'] as const) : (['events'] as const);
  const versions = objects.map((one) => ({ objects: one, type, version }));
  await lockVersions(tx, versions);
  for (const held of versions) {
    const gc = await findGc(tx, held);
    if (gc !== null) throw inUse(gc, 'gc', held);
  }
}

async function lockVersions(tx: Sql, versions: readonly OwnedVersion[]): Promise<void> {
  await tx.query(
    `select pg_advisory_xact_lock($1, lock) from (
       select distinct hashtext(name) as lock from unnest($2::text[]) name order by lock
     ) locks`,
    [advisoryLocks.versions, versions.map((held) => `${held.objects} ${held.type} ${held.version}`)],
  );
}

/**
 * @throws DomainError versionInUse when an open task removes what this one needs, or needs what it removes; upgradeOpen
 *   when it removes a version that another's upgrade is about
 */
export async function refuseConflict(
  db: Sql,
  work: TaskWork,
  upgradeId: number | null = null,
): Promise<void> {
  for (const held of heldVersions(work)) {
    if (work.kind === 'gc' && work.content.target !== 'undo') await refuseUpgradeOf(db, held, upgradeId);
    for (const kind of excluded(work)) {
      const other = await finders[kind](db, held);
      if (other !== null) throw inUse(other, kind, held);
    }
  }
}

/** @throws DomainError upgradeOpen while an upgrade, other than `besides`, goes on from or to the version */
export async function refuseUpgradeOf(
  db: Sql,
  { type, version }: Pick<OwnedVersion, 'type' | 'version'>,
  besides: number | null = null,
): Promise<void> {
  const [upgrade] = await db.query<{ id: number; from: number; to: number }>(
    `select upgrade_id id, from_version "from", to_version "to" from upgrades
     where ${isOpenUpgrade} and kind = $1 and $2 in (from_version, to_version)
       and upgrade_id is distinct from $3`,
    [type, version, besides],
  );
  if (upgrade === undefined) return;
  const { id, from, to } = upgrade;
  throw new DomainError(
    'upgradeOpen',
    `upgrade ${id} (version ${from} to ${to}) is not over; it removes version ${from} itself, or is rolled back first`,
  );
}

type Excluded = 'gc' | 'extract' | 'undo';

/** Of two removals of the same version each finds what the other has left. */
function excluded(work: TaskWork): readonly Excluded[] {
  if (work.kind === 'extract') return ['gc', 'undo'];
  return work.content.target === 'undo' ? ['gc', 'extract'] : ['extract', 'undo'];
}

const verbs: Readonly<Record<Excluded, string>> = { gc: 'removes', extract: 'needs', undo: 'puts back' };

function inUse({ taskId, state }: OpenTask, kind: Excluded, held: OwnedVersion): VersionInUseError {
  const what = `${verbs[kind]} the ${held.type} descriptors of ${held.objects} in version ${held.version}`;
  return new VersionInUseError(
    taskId,
    `task ${taskId} (${kind}, ${state}) ${what}; wait for its end or cancel it`,
  );
}

interface OpenTask {
  readonly taskId: number;
  readonly state: string;
}

async function findGc(db: Sql, { objects, type, version }: OwnedVersion): Promise<OpenTask | null> {
  // Words of the index tasks_open_version_removals. One that waits for its approval holds nothing: it may never come.
  const [row] = await db.query<OpenTask>(
    `select task_id as "taskId", state from tasks
     where task_type = ${taskTypes.gc} and ${isOpenTask()} and state <> 'awaiting_approval' and not content ? 'rehearsal'
       and content ->> 'target' in ('face_descriptors', 'event_descriptors')
       and content ->> 'target' = $1 and content #> '{filters,descriptor_version}' = to_jsonb($2::integer)
       and coalesce(content #>> '{filters,descriptor_type}', 'face') = $3
     order by task_id limit 1`,
    [objects === 'faces' ? 'face_descriptors' : 'event_descriptors', version, type],
  );
  return row ?? null;
}

/** The content of an extract that needs a version: objects, extraction target, and the versions of `options`. */
const ofExtract = (options: readonly string[]) =>
  `task_type = ${taskTypes.additionalExtract} and content #>> '{filters,objects_type}' = $1
     and content ->> 'extraction_target' = $2
     and (${options.map((name) => `content #> '{options,${name}}' = to_jsonb($3::integer)`).join(' or ')})`;

const bindsOf = ({ objects, type, version }: OwnedVersion) => [objects, `${type}_descriptor`, version];

async function findExtract(db: Sql, held: OwnedVersion): Promise<OpenTask | null> {
  const [row] = await db.query<OpenTask>(
    `select task_id as "taskId", state from tasks
     where ${isOpenTask()} and ${ofExtract(['default_descriptor_version', 'descriptor_version'])}
     order by task_id limit 1`,
    bindsOf(held),
  );
  return row ?? null;
}

async function findUndo(db: Sql, { objects, type, version }: OwnedVersion): Promise<OpenTask | null> {
  const [row] = await db.query<OpenTask>(
    `select task_id as "taskId", state from tasks
     where task_type = ${taskTypes.gc} and ${isOpenTask()} and content ->> 'target' = 'undo' and content ->> 'objects' = $1
       and content -> 'descriptor_version' = to_jsonb($2::integer)
       and coalesce(content ->> 'descriptor_type', 'face') = $3
     order by task_id limit 1`,
    [objects === 'faces' ? 'face_descriptors' : 'event_descriptors', version, type],
  );
  return row ?? null;
}

const finders: Readonly<Record<Excluded, (db: Sql, held: OwnedVersion) => Promise<OpenTask | null>>> = {
  gc: findGc,
  extract: findExtract,
  undo: findUndo,
};

/** None of these is open: what of them is not planned yet cannot be told by the version any more. */
async function markUnplanned(tx: Sql, versions: readonly OwnedVersion[]): Promise<void> {
  for (const held of versions) {
    await tx.query(
      `update tasks set default_version_removed = true
       where not plan_done and not default_version_removed and ${ofExtract(['default_descriptor_version'])}`,
      bindsOf(held),
    );
  }
}
