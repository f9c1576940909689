import type { ClaimedPart } from '../../domain/tasks/parts.ts';
import type { Candidate, ExtractPhase } from '../../domain/extract/extraction.ts';
import type { ExtractContent } from '../../domain/extract/extractContent.ts';
import { createBinds, type Binds } from '../sql/conditions.ts';
import type { Sql } from '../sql/connection.ts';
import { createWithin, type KeyRange } from '../selection/keyRange.ts';
import { orderedKeys } from '../selection/orderedKeys.ts';
import { hasPlannedKeys, plannedKeysAfter } from '../engine/plannedKeys.ts';
import { lacksWanted, sampleKindOf, selectionOf, walkedTable } from '../selection/selection.ts';

/**
 * The next `size` objects of a phase after `cursor`, by key. They were chosen when the part was planned, or when they
 * failed: all that is asked now is whether they are there and what they lack. What they were chosen by, a descriptor
 * of the default version or a filter, may be gone meanwhile.
 */
export async function readCandidates(
  db: Sql,
  part: ClaimedPart,
  content: ExtractContent,
  phase: ExtractPhase,
  cursor: string | null,
  size: number,
): Promise<Candidate[]> {
  const range = { after: cursor, upTo: phase === 'errors' ? null : part.range.toKey };
  const read = (keysOf: (binds: Binds) => string) => readThose(db, content, keysOf, range);
  if (phase === 'errors') return read((binds) => failedKeys(part, cursor, size, binds));
  const planned = await read((binds) => plannedKeysAfter(part, cursor, size, binds));
  if (planned.length > 0 || (await hasPlannedKeys(db, part))) return planned;
  return read((binds) => orderedKeys(selectionOf(part.task, range, binds), size, { areFew: part.isSparse }));
}

/** Of objects whose error is open and is to be retried. */
function failedKeys(part: ClaimedPart, cursor: string | null, size: number, binds: Binds): string {
  const after = cursor === null ? '' : `and e.object_id > ${binds.add(cursor)}::uuid`;
  const ofCode = part.retryCode === null ? '' : `and e.error_code = ${binds.add(part.retryCode)}`;
  return `select e.object_id as key from task_errors e
    where e.task_id = ${binds.add(part.task.taskId)} and e.part_no = ${binds.add(part.partNo)}
      and e.object_id is not null and e.overcome_time is null ${ofCode} ${after}
    order by e.object_id limit ${size}`;
}

async function readThose(
  db: Sql,
  content: ExtractContent,
  keysOf: (binds: Binds) => string,
  range: KeyRange,
): Promise<Candidate[]> {
  const binds = createBinds();
  const within = createWithin(range, binds);
  const { table, key } = walkedTable({ kind: 'extract', content });
  return db.query<Candidate>(
    `select next.key as "objectId", s.sample_id as "sampleId", s.generation, s.storage_key as "storageKey",
       case when ${key} is null then 'gone' when ${lacksWanted(content, key, within)} then 'lacking'
         else 'present' end as standing
     from (${keysOf(binds)}) next
     left join ${table} on ${[`${key} = next.key`, ...within(key)].join(' and ')}
     left join samples s on s.owner_id = next.key and s.kind = '${sampleKindOf(content)}'
     order by next.key`,
    binds.values,
  );
}
