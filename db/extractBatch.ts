import type { ClaimedPart } from '../domain/tasks/parts.ts';
import type { Candidate } from '../domain/tasks/extraction.ts';
import type { ExtractContent } from '../domain/tasks/extractContent.ts';
import { createBinds } from './binds.ts';
import type { Sql } from './connection.ts';
import { everything } from './keyRange.ts';
import { orderedKeys } from './orderedKeys.ts';
import { extractSelection } from './selection.ts';

/** The kind of sample that the task's network reads. */
export function sampleKindOf(content: ExtractContent): 'face' | 'body' {
  return content.extraction_target === 'body_descriptor' ? 'body' : 'face';
}

/** The next `size` selected objects of the part's range after `cursor`, by key. */
export async function readCandidates(
  db: Sql,
  part: ClaimedPart,
  content: ExtractContent,
  cursor: string | null,
  size: number,
): Promise<Candidate[]> {
  const binds = createBinds();
  const range = { after: cursor, upTo: part.range.toKey };
  const selection = extractSelection(content, part.task.upperBound, range, binds);
  return db.query<Candidate>(
    `select next.key as "objectId", s.sample_id as "sampleId", s.generation, s.storage_key as "storageKey",
       true as selected
     from (${orderedKeys(selection, size, { areFew: part.isSparse })}) next
     left join samples s on s.owner_id = next.key and s.kind = ${binds.add(sampleKindOf(content))}
     order by next.key`,
    binds.values,
  );
}

/** The next objects of the part whose error is open and is to be retried, after `cursor`. */
export async function readFailedCandidates(
  db: Sql,
  part: ClaimedPart,
  content: ExtractContent,
  cursor: string | null,
  size: number,
): Promise<Candidate[]> {
  const binds = createBinds();
  const selection = extractSelection(content, part.task.upperBound, everything, binds);
  const after = cursor === null ? '' : `and e0.object_id > ${binds.add(cursor)}::uuid`;
  const ofCode = part.retryCode === null ? '' : `and e0.error_code = ${binds.add(part.retryCode)}`;
  return db.query<Candidate>(
    `select e0.object_id as "objectId", s.sample_id as "sampleId", s.generation, s.storage_key as "storageKey",
       exists (select from ${selection.from}
         where ${selection.key} = e0.object_id and ${selection.conditions.join(' and ')}) as selected
     from task_errors e0
     left join samples s on s.owner_id = e0.object_id and s.kind = ${binds.add(sampleKindOf(content))}
     where e0.task_id = ${binds.add(part.task.taskId)} and e0.part_no = ${binds.add(part.partNo)}
       and e0.object_id is not null and e0.overcome_time is null ${ofCode} ${after}
     order by e0.object_id limit ${size}`,
    binds.values,
  );
}
