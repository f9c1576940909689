import type { createManualRuns } from '../../db/schedules/manualRuns.ts';
import type { ScheduleQueries } from '../../db/schedules/scheduleQueries.ts';
import type { ScheduleStore } from '../../db/schedules/scheduleStore.ts';
import { neededFor } from '../../domain/accounts/permission.ts';
import { DomainError } from '../../domain/errors.ts';
import { catchUpWindowMs, defaultCatchUpWindow } from '../../domain/schedules/catchUp.ts';
import type { OverlapPolicy, ScheduleSpec } from '../../domain/schedules/schedule.ts';
import type { ExtractRequest, ReadSurroundings } from '../../domain/extract/extractContent.ts';
import { freezeContent } from '../../domain/tasks/freezeContent.ts';
import { withManner, type GcManner, type GcRequest } from '../../domain/gc/gcContent.ts';
import type { TaskType } from '../../domain/tasks/task.ts';
import { CronError, nextRuns } from '../../platform/cron.ts';
import type { Logger } from '../../platform/logger.ts';
import type { Admission } from '../../temporal/admission.ts';
import type { Clock } from '../http/instants.ts';
import { demand } from '../http/middleware/allow.ts';
import type { Caller } from '../http/requestContext.ts';
import type { NotificationPolicyBody, ReadPolicy } from '../notifications/policies.ts';
import { createTellEngine } from '../tasks/tellEngine.ts';
import { runsToShow } from './present.ts';

/** A schedule as a client sends it. */
export interface ScheduleBody extends GcManner {
  readonly task_type: TaskType;
  readonly content: GcRequest | ExtractRequest;
  readonly cron: string;
  readonly time_zone?: string;
  readonly overlap_policy?: OverlapPolicy;
  readonly catch_up_window?: string;
  readonly description?: string;
  readonly notification_policy?: NotificationPolicyBody;
  readonly objects_per_second?: number;
  readonly error_budget?: number;
}

/** The revisions that whoever asks for a change may have seen; undefined: they change it whatever it is. */
type Seen = readonly number[] | undefined;

type ManualRuns = ReturnType<typeof createManualRuns>;

export interface ScheduleActionsDeps {
  readonly schedules: Pick<ScheduleStore, 'create' | 'replace' | 'setActive' | 'remove'> & ManualRuns;
  readonly scheduleQueries: Pick<ScheduleQueries, 'find'>;
  /** Starts the tasks whose turn it is. */
  readonly startNext: Admission['startNext'];
  readonly log: Logger;
  readonly clock: Clock;
  readonly readPolicy: ReadPolicy;
  readonly readSurroundings: ReadSurroundings;
}

export type ScheduleActions = ReturnType<typeof createScheduleActions>;

/** What administrators do to schedules: the row alone. The reconciler makes the engine follow within seconds. */
export function createScheduleActions(deps: ScheduleActionsDeps) {
  const { schedules } = deps;
  const tell = createTellEngine(deps.log);

  const specOf = async (body: ScheduleBody): Promise<ScheduleSpec> => {
    const now = deps.clock.now();
    const timeZone = body.time_zone ?? 'UTC';
    checkTimes(body.cron, timeZone, now);
    const catchUpWindow = body.catch_up_window ?? defaultCatchUpWindow;
    catchUpWindowMs(catchUpWindow);
    // What the first run would refuse is refused now; each run freezes the request anew.
    const content = 'target' in body.content ? withManner(body.content, body) : body.content;
    freezeContent(body.task_type, content, { ...(await deps.readSurroundings()), now });
    return {
      taskType: body.task_type,
      content,
      description: body.description ?? null,
      cron: body.cron,
      timeZone,
      overlapPolicy: body.overlap_policy ?? 'skip',
      catchUpWindow,
      notificationPolicy:
        body.notification_policy === undefined ? null : deps.readPolicy(body.notification_policy),
      objectsPerSecond: body.objects_per_second ?? null,
      errorBudget: body.error_budget ?? null,
    };
  };

  /** A schedule of removals is for those alone who may remove. @throws DomainError notPermitted */
  const refuseRemovals = async (scheduleId: number, actor: Caller): Promise<void> => {
    if (actor.permissions.has('remove')) return;
    const known = await deps.scheduleQueries.find(scheduleId);
    if (known !== null) demand(actor, neededFor(known.taskType));
  };

  return {
    /** The next times of what could be created. @throws DomainError as create */
    nextRuns: async (body: ScheduleBody): Promise<Date[]> => {
      const { cron, timeZone } = await specOf(body);
      return nextRuns(cron, timeZone, deps.clock.now(), runsToShow);
    },

    /** @throws DomainError validationFailed, and what the content's own checks throw */
    create: async (body: ScheduleBody, actor: Caller): Promise<number> => {
      demand(actor, neededFor(body.task_type));
      return schedules.create(await specOf(body), actor);
    },

    /** Whether it is started or stopped stays as it is. @throws DomainError as create, scheduleNotFound, scheduleChanged */
    replace: async (scheduleId: number, body: ScheduleBody, actor: Caller, seen?: Seen): Promise<void> => {
      demand(actor, neededFor(body.task_type));
      await refuseRemovals(scheduleId, actor);
      await schedules.replace(scheduleId, await specOf(body), actor, seen);
    },

    /** Stopping is open to whoever runs tasks. @throws DomainError notPermitted, scheduleNotFound, scheduleChanged */
    setActive: async (scheduleId: number, active: boolean, actor: Caller, seen?: Seen): Promise<void> => {
      if (active) await refuseRemovals(scheduleId, actor);
      await schedules.setActive(scheduleId, active, actor, seen);
    },

    /**
     * Makes its task at once and answers its id. `asOf`: of a removal that was confirmed, when its objects were counted.
     * @throws DomainError as run of db/schedules/manualRuns.ts
     */
    run: async (
      scheduleId: number,
      { evenIfActive, asOf }: { readonly evenIfActive: boolean; readonly asOf?: Date | undefined },
      actor: Caller,
    ): Promise<number> => {
      await refuseRemovals(scheduleId, actor);
      const around = await deps.readSurroundings();
      const ref = await schedules.run(
        {
          ...{ scheduleId, evenIfActive, asOf },
          freeze: ({ taskType, content }, now) => freezeContent(taskType, content, { ...around, now }),
        },
        actor,
      );
      await tell(deps.startNext, { ...ref }, actor);
      return ref.taskId;
    },

    /** @throws DomainError scheduleNotFound, scheduleChanged */
    remove: async (scheduleId: number, actor: Caller, seen?: Seen): Promise<void> => {
      await refuseRemovals(scheduleId, actor);
      await schedules.remove(scheduleId, actor, seen);
    },
  };
}

function checkTimes(cron: string, timeZone: string, now: Date): void {
  try {
    if (nextRuns(cron, timeZone, now, 1).length === 0) throw new CronError('cron', 'no date matches');
  } catch (error) {
    if (!(error instanceof CronError)) throw error;
    throw new DomainError('validationFailed', { path: error.field, message: error.message });
  }
}
