import type { KeyObject } from 'node:crypto';
import type { Actor } from '../../db/audit/auditStore.ts';
import type { SignedCertificate } from '../../db/gc/certificateStore.ts';
import type { Stores } from '../../db/stores.ts';
import type { ImageStore } from '../../imagestore/imageStore.ts';
import type { TaskRow } from '../../db/tasks/taskQueries.ts';
import { DomainError } from '../../domain/errors.ts';
import { certificateOf, type ErasureFacts, type ErasureSubject } from '../../domain/gc/certificate.ts';
import { isRehearsal, removesSamples, type RemovalContent } from '../../domain/gc/gcContent.ts';
import { isFinal } from '../../domain/tasks/task.ts';
import { signJson } from '../../platform/crypto/signingKey.ts';
import { taskNotFound } from '../tasks/actions.ts';
import { findRemoval } from './findRemoval.ts';

export interface ErasureDeps extends Pick<
  Stores,
  'certificates' | 'erasureQueries' | 'eventQueries' | 'faceQueries' | 'objectHistory' | 'taskQueries'
> {
  readonly images: Pick<ImageStore, 'check' | 'keepsVersions'>;
  readonly signingKey: KeyObject;
}

export type ErasureActions = ReturnType<typeof createErasureActions>;

/** Issues documents that prove what was removed. */
export function createErasureActions(deps: ErasureDeps) {
  const { certificates, erasureQueries, taskQueries, signingKey } = deps;

  const askStore = async (
    content: RemovalContent,
  ): Promise<Pick<ErasureFacts, 'storeAnswers' | 'keepsVersions'>> => {
    if (!removesSamples(content)) return { storeAnswers: null, keepsVersions: null };
    try {
      await deps.images.check();
      return { storeAnswers: true, keepsVersions: await deps.images.keepsVersions() };
    } catch {
      return { storeAnswers: false, keepsVersions: null };
    }
  };

  const issue = async (task: TaskRow, subject: ErasureSubject, actor: Actor): Promise<SignedCertificate> => {
    const content = removalOf(task);
    const purgeTask = task.undo?.state === 'purged' ? task.undo.task_id : null;
    const purge = purgeTask === null ? null : await taskQueries.find(purgeTask);
    const of = { taskId: task.taskId, content, purgeTask };
    const facts = {
      ...{ subject, purgeTask, issuedBy: actor.login },
      task: {
        ...{ ...task, content },
        samplesRemoved: task.samplesRemoved + (purge?.samplesRemoved ?? 0),
      },
      removedRows: await erasureQueries.removedRows(task.taskId),
      check:
        subject.type === 'task'
          ? await erasureQueries.checkTask(of)
          : await erasureQueries.checkObject(of, subject.id),
      ...(await askStore(content)),
    };
    return certificates.issue(
      (certificateId, issueTime) =>
        signJson(certificateOf({ ...facts, certificateId, issueTime }), signingKey),
      actor,
    );
  };

  return {
    /** @throws DomainError taskNotFound | notRemoval */
    certifyTask: async (taskId: number, actor: Actor): Promise<SignedCertificate> => {
      const task = await taskQueries.find(taskId);
      if (task === null) throw taskNotFound(taskId);
      return issue(task, { type: 'task', id: String(taskId) }, actor);
    },

    /** @throws DomainError objectExists | removalUnknown */
    certifyObject: async (
      kind: 'face' | 'event',
      objectId: string,
      actor: Actor,
    ): Promise<SignedCertificate> => {
      const found = await (kind === 'face'
        ? deps.faceQueries.find(objectId)
        : deps.eventQueries.find(objectId));
      if (found !== null) throw new DomainError('objectExists', `${kind} ${objectId}`);
      const removal = await findRemoval(deps.objectHistory, objectId, kind);
      const task = removal === null ? null : await taskQueries.find(removal.taskId);
      if (task === null) throw new DomainError('removalUnknown', `${kind} ${objectId}`);
      return issue(task, { type: kind, id: objectId }, actor);
    },

    /** @throws DomainError certificateNotFound */
    find: async (certificateId: string): Promise<SignedCertificate> => {
      const found = await certificates.find(certificateId);
      if (found === null) throw new DomainError('certificateNotFound', `certificate ${certificateId}`);
      return found;
    },
  };
}

/** @throws DomainError notRemoval for what removes nothing, or has not ended */
function removalOf({ taskId, state, content }: TaskRow): RemovalContent {
  if (!('target' in content)) throw new DomainError('notRemoval', `task ${taskId} is not a gc`);
  if (content.target === 'undo') throw new DomainError('notRemoval', `task ${taskId} restores objects`);
  if (content.target === 'purge')
    throw new DomainError('notRemoval', `task ${taskId} ends the undo window of task ${content.of}`);
  if (isRehearsal(content)) throw new DomainError('notRemoval', `task ${taskId} is a rehearsal`);
  if (!isFinal(state)) throw new DomainError('notRemoval', `task ${taskId} has not ended`);
  return content;
}
