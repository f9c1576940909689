import type { Logger } from 'pino';
import type { Actor } from '../../db/audit/auditStore.ts';
import type { NewTask } from '../../db/tasks/createTask.ts';
import type { TaskStore } from '../../db/tasks/taskStore.ts';
import type { Admission } from '../../temporal/admission.ts';
import type { Gateway } from '../../temporal/gateway.ts';
import { DomainError } from '../../domain/errors.ts';
import {
  freezeExtractContent,
  type ExtractContent,
  type ExtractRequest,
  type ReadSurroundings,
} from '../../domain/extract/extractContent.ts';
import {
  freezeGcContent,
  type GcContent,
  type GcRequest,
  type UndoFilters,
} from '../../domain/gc/gcContent.ts';
import type { ControlAction } from '../../domain/tasks/lifecycle.ts';
import type { TaskRef } from '../../domain/tasks/parts.ts';
import { taskTypes, type RetryScope, type TaskType } from '../../domain/tasks/task.ts';
import type { NotificationPolicyBody, ReadPolicy } from '../notifications/policies.ts';
import { createTellEngine } from './tellEngine.ts';

/** What may be said of a new task besides its content. */
export interface TaskOptions {
  readonly description?: string | null;
  readonly objects_per_second?: number;
  readonly error_budget?: number;
  readonly window?: number;
  readonly priority?: number;
  readonly notification_policy?: NotificationPolicyBody;
}

/** What a form adds to a task that somebody has confirmed. */
export interface Confirmed {
  /** When the objects were counted, by the database: the task is about those that were there then. */
  readonly asOf?: Date | undefined;
}

export type Idempotency = NonNullable<NewTask['idempotency']>;

/** What the task shall do, by the database's time when its row is written. */
type ContentAt = (now: Date) => GcContent | ExtractContent;

export interface TaskActionsDeps {
  readonly tasks: Pick<TaskStore, 'create' | 'control' | 'throttle' | 'retry' | 'undo' | 'remove'>;
  readonly gateway: Pick<Gateway, 'controlTask'>;
  /** Starts the tasks whose turn it is. */
  readonly startNext: Admission['startNext'];
  readonly readPolicy: ReadPolicy;
  readonly readSurroundings: ReadSurroundings;
  readonly log: Logger;
}

export type TaskActions = ReturnType<typeof createTaskActions>;

/**
 * What administrators do to tasks: first the row, then the engine is told. An engine that cannot be told is no
 * failure: the reconciler does it once it is there.
 */
export function createTaskActions(deps: TaskActionsDeps) {
  const { tasks, gateway, log } = deps;

  const tell = createTellEngine(log);

  const start = ({ taskId, generation }: TaskRef, actor: Actor): Promise<void> => {
    const ref = { taskId, generation };
    return tell(deps.startNext(), ref, actor);
  };

  const create = async (
    taskType: TaskType,
    content: ContentAt,
    options: TaskOptions,
    actor: Actor,
    { idempotency, asOf }: { readonly idempotency?: Idempotency | undefined } & Confirmed,
  ): Promise<number> => {
    const {
      description = null,
      objects_per_second,
      error_budget,
      window,
      priority,
      notification_policy,
    } = options;
    const ref = await tasks.create(
      {
        taskType,
        content,
        description,
        ...(objects_per_second === undefined ? {} : { objectsPerSecond: objects_per_second }),
        ...(error_budget === undefined ? {} : { errorBudget: error_budget }),
        ...(window === undefined ? {} : { window }),
        ...(priority === undefined ? {} : { priority }),
        ...(notification_policy === undefined
          ? {}
          : { notificationPolicy: deps.readPolicy(notification_policy) }),
        ...(idempotency === undefined ? {} : { idempotency }),
        ...(asOf === undefined ? {} : { asOf }),
      },
      actor,
    );
    if (ref.isNew) await start(ref, actor);
    return ref.taskId;
  };

  return {
    /** @throws DomainError selectsEverything | validationFailed | fieldMissing | idempotencyConflict | versionInUse */
    createGc: async (
      request: GcRequest,
      options: TaskOptions,
      actor: Actor,
      more: { readonly idempotency?: Idempotency | undefined } & Confirmed = {},
    ): Promise<number> => create(taskTypes.gc, (now) => freezeGcContent(request, now), options, actor, more),

    /** @throws DomainError noExtractor | validationFailed | fieldMissing | idempotencyConflict | versionInUse */
    createExtract: async (
      request: ExtractRequest,
      options: TaskOptions,
      actor: Actor,
      idempotency?: Idempotency,
    ): Promise<number> => {
      const around = await deps.readSurroundings();
      const content: ContentAt = (now) => freezeExtractContent(request, { ...around, now });
      return create(taskTypes.additionalExtract, content, options, actor, { idempotency });
    },

    /** @throws DomainError taskNotFound | cannotCancel | cannotPause */
    control: async (taskId: number, action: ControlAction, actor: Actor): Promise<void> => {
      const ref = await tasks.control(taskId, action, actor);
      // One that waits for its turn has no workflow that could be told.
      if (ref.state === 'pending') await start(ref, actor);
      else await tell(gateway.controlTask(ref), { taskId: ref.taskId, generation: ref.generation }, actor);
    },

    /** Running parts read it themselves; nobody has to be told. @throws DomainError taskNotFound | cannotPause */
    throttle: (taskId: number, objectsPerSecond: number | null, actor: Actor): Promise<void> =>
      tasks.throttle(taskId, objectsPerSecond, actor),

    /** @throws DomainError taskNotFound | cannotRetry | versionInUse */
    retry: async (taskId: number, scope: RetryScope, actor: Actor): Promise<void> => {
      const ref = await tasks.retry(taskId, scope, actor);
      await start(ref, actor);
    },

    /** @returns the id of the task that puts back. @throws DomainError as createUndo of db/tasks */
    undo: async (taskId: number, filters: UndoFilters | undefined, actor: Actor): Promise<number> => {
      const ref = await tasks.undo(taskId, filters, actor);
      await start(ref, actor);
      return ref.taskId;
    },

    /** @throws DomainError taskNotFound | stillRunning | keptAside */
    remove: (taskId: number, actor: Actor): Promise<void> => tasks.remove(taskId, actor),
  };
}

export function taskNotFound(taskId: number): DomainError {
  return new DomainError('taskNotFound', `task ${taskId}`);
}
