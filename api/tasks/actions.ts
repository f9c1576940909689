import type { Logger } from 'pino';
import type { NewTask } from '../../db/tasks/createTask.ts';
import type { TaskQueries } from '../../db/tasks/taskQueries.ts';
import type { ControlledRef, TaskStore } from '../../db/tasks/taskStore.ts';
import type { Admission } from '../../temporal/admission.ts';
import type { Gateway } from '../../temporal/gateway.ts';
import { neededFor } from '../../domain/accounts/permission.ts';
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
import type { Caller } from '../http/requestContext.ts';
import type { NotificationPolicyBody, ReadPolicy } from '../notifications/policies.ts';
import { demand } from '../http/middleware/allow.ts';
import { createTellEngine, type EngineContact } from './tellEngine.ts';

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
  readonly taskQueries: Pick<TaskQueries, 'find'>;
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

  /** A removal is for those alone who may remove. @throws DomainError notPermitted */
  const refuseRemoval = async (taskId: number, actor: Caller): Promise<void> => {
    if (actor.permissions.has('remove')) return;
    const task = await deps.taskQueries.find(taskId);
    if (task !== null) demand(actor, neededFor(task.taskType));
  };

  const start = ({ taskId, generation }: TaskRef, actor: Caller, contact?: EngineContact): Promise<void> =>
    tell(deps.startNext, { taskId, generation }, actor, contact);

  const create = async (
    taskType: TaskType,
    content: ContentAt,
    options: TaskOptions,
    actor: Caller,
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
      actor: Caller,
      more: { readonly idempotency?: Idempotency | undefined } & Confirmed = {},
    ): Promise<number> => {
      demand(actor, 'remove');
      return create(taskTypes.gc, (now) => freezeGcContent(request, now), options, actor, more);
    },

    /** @throws DomainError noExtractor | validationFailed | fieldMissing | idempotencyConflict | versionInUse */
    createExtract: async (
      request: ExtractRequest,
      options: TaskOptions,
      actor: Caller,
      idempotency?: Idempotency,
    ): Promise<number> => {
      const around = await deps.readSurroundings();
      const content: ContentAt = (now) => freezeExtractContent(request, { ...around, now });
      return create(taskTypes.additionalExtract, content, options, actor, { idempotency });
    },

    /** Stopping is open to whoever runs tasks. @throws DomainError notPermitted | taskNotFound | cannotCancel | cannotPause */
    control: async (
      taskId: number,
      action: ControlAction,
      actor: Caller,
      contact?: EngineContact,
    ): Promise<ControlledRef> => {
      if (action === 'resume') await refuseRemoval(taskId, actor);
      const ref = await tasks.control(taskId, action, actor);
      const { generation } = ref;
      // One that waits for its turn has no workflow that could be told.
      if (ref.state === 'pending') await start(ref, actor, contact);
      else await tell(() => gateway.controlTask(ref), { taskId, generation }, actor, contact);
      return ref;
    },

    /** Running parts read it themselves; nobody has to be told. @throws DomainError taskNotFound | cannotPause */
    throttle: async (taskId: number, objectsPerSecond: number | null, actor: Caller): Promise<void> => {
      await refuseRemoval(taskId, actor);
      await tasks.throttle(taskId, objectsPerSecond, actor);
    },

    /** @throws DomainError taskNotFound | cannotRetry | versionInUse */
    retry: async (
      taskId: number,
      scope: RetryScope,
      actor: Caller,
      contact?: EngineContact,
    ): Promise<void> => {
      await refuseRemoval(taskId, actor);
      const ref = await tasks.retry(taskId, scope, actor);
      await start(ref, actor, contact);
    },

    /** @returns the id of the task that puts back. @throws DomainError as createUndo of db/tasks */
    undo: async (taskId: number, filters: UndoFilters | undefined, actor: Caller): Promise<number> => {
      demand(actor, 'remove');
      const ref = await tasks.undo(taskId, filters, actor);
      await start(ref, actor);
      return ref.taskId;
    },

    /** @throws DomainError taskNotFound | stillRunning | keptAside */
    remove: async (taskId: number, actor: Caller): Promise<void> => {
      demand(actor, 'remove');
      await tasks.remove(taskId, actor);
    },
  };
}

export function taskNotFound(taskId: number): DomainError {
  return new DomainError('taskNotFound', `task ${taskId}`);
}
