import type { TaskState } from '../tasks/task.ts';
import { keepsSamples, removesOrigins, type RemovalContent } from './gcContent.ts';

/** What a certificate is about: a gc, or one of the objects that it removed. */
export interface ErasureSubject {
  readonly type: 'task' | 'face' | 'event';
  readonly id: string;
}

/** What is left of something that was removed. */
export interface Left {
  readonly what: string;
  readonly count: number;
}

/** How the tables were searched for it. */
export interface ErasureCheck {
  /** By the ids of its result, or by its filters if no result was kept. */
  readonly method: 'ids' | 'filters';
  /** Of ids: how many were looked up. Large results are checked in evenly spaced batches. */
  readonly checked: number;
  readonly of: number;
  readonly left: readonly Left[];
}

export interface ErasureFacts {
  readonly certificateId: string;
  readonly issueTime: Date;
  readonly issuedBy: string;
  readonly subject: ErasureSubject;
  readonly task: {
    readonly taskId: number;
    readonly state: TaskState;
    readonly content: RemovalContent;
    readonly createdByLogin: string;
    readonly createTime: Date;
    readonly endTime: Date | null;
    readonly objectsDone: number;
    readonly objectsFailed: number;
    readonly samplesRemoved: number;
    readonly originsRemoved: number;
  };
  readonly purgeTask: number | null;
  readonly removedRows: readonly { readonly kind: string; readonly version: number; readonly rows: number }[];
  readonly check: ErasureCheck;
  /** Whether the sample store answered; null: the gc removes no pictures. */
  readonly storeAnswers: boolean | null;
  /** Whether the sample store keeps older versions of pictures; null: it does not say, or was not asked. */
  readonly keepsVersions: boolean | null;
}

export type ErasureCertificate = ReturnType<typeof certificateOf>;

const notCovered = [
  'backups and replicas of the database and of the sample store',
  'what other systems have received: results, webhooks, exports and logs',
  'the audit, errors and results, which keep the ids of objects',
];

/** The document that is signed: what was removed, when, by whom, and what is left of it. It claims nothing that was not looked up. */
export function certificateOf(facts: ErasureFacts) {
  const { subject, task, check } = facts;
  const { content } = task;
  const isComplete = check.method === 'filters' || check.checked === check.of;
  const left = check.left.filter(({ count }) => count > 0);
  return {
    kind: 'erasure-certificate' as const,
    certificate_id: facts.certificateId,
    issue_time: facts.issueTime.toISOString(),
    issued_by: facts.issuedBy,
    subject,
    removal: {
      task_id: task.taskId,
      state: task.state,
      content,
      created_by: task.createdByLogin,
      create_time: task.createTime.toISOString(),
      end_time: task.endTime?.toISOString() ?? null,
      purge_task_id: facts.purgeTask,
    },
    removed:
      subject.type === 'task'
        ? removedBy(facts)
        : { objects: 1, rows: null, pictures: null, image_origins: null },
    check: {
      method: check.method,
      objects_checked: check.checked,
      objects_removed: check.of,
      is_complete: isComplete,
      sample_store_answers: facts.storeAnswers,
      sample_store_keeps_versions: facts.keepsVersions,
    },
    left,
    nothing_left: left.length === 0 && facts.storeAnswers !== false && facts.keepsVersions !== true,
    not_covered: [
      ...notCovered,
      ...(facts.keepsVersions === true ? ['older versions of pictures, which the sample store keeps'] : []),
      ...(keepsSamples(content) ? ['pictures in the sample store, which the gc was told to keep'] : []),
      removesOrigins(content)
        ? 'copies that servers of image origins keep after they have answered the DELETE'
        : 'pictures at the URLs of image origins, which the gc was not told to remove',
    ],
  };
}

function removedBy({ task, removedRows }: ErasureFacts) {
  return {
    objects: task.objectsDone,
    rows: removedRows.map(({ kind, version, rows }) => ({
      table: kind,
      descriptor_version: version === 0 ? null : version,
      count: rows,
    })),
    pictures: task.samplesRemoved,
    image_origins: task.originsRemoved,
  };
}
