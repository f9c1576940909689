import type { OwnedVersion } from '../../domain/extract/ownedVersion.ts';
import type { ActivityShape } from '../../views/pages/home/activity.ts';
import type { Account } from '../../domain/accounts/account.ts';
import type { TaskRef } from '../../domain/tasks/parts.ts';
import type { PartState, TaskState } from '../../domain/tasks/task.ts';
import type { HealthCheck } from '../../platform/healthChecks.ts';
import type { TaskOrder } from '../../views/pages/tasks/list.ts';
import type { SearchHit } from '../../views/pages/search/search.ts';
import type { AccountActions } from '../accounts/actions.ts';
import type { ContractPath } from '../http/contract/contract.ts';
import type { Clock } from '../http/instants.ts';
import type { ErrorFilters } from '../../domain/tasks/errorFilters.ts';
import type { AccountStatsToShow } from '../accounts/present.ts';
import type { EventCardToShow, EventToShow } from '../faces/present/event.ts';
import type { FaceDetailsToShow } from '../faces/present/faceDetails.ts';
import type { FaceCardsToShow, FaceCardToShow } from '../faces/present/faceCards.ts';
import type { TaskToShow } from '../tasks/present/task.ts';
import type { TaskErrorToShow } from '../errors/present.ts';
import type { PreviewTask } from '../tasks/previewTask.ts';
import type { AuditDeps } from '../audit/json.ts';
import type { ListsDeps } from '../lists/json.ts';
import type { SchedulesDeps } from '../schedules/json.ts';
import type { ScheduleActions } from '../schedules/actions.ts';
import type { TaskActions } from '../tasks/actions.ts';
import type { TaskFilters } from '../../domain/tasks/taskFilters.ts';

export interface Paging {
  readonly page: number;
  readonly pageSize: number;
}

/** The row that the page before ends with, or the page behind begins with. */
export interface Beside {
  readonly side: 'after' | 'before';
  readonly id: number;
}

/** What pages and streams read and do. The same stores and lists as behind the JSON operations. */
export interface PageSources {
  readonly taskQueries: {
    page(filter: TaskFilters, paging: Paging): Promise<readonly TaskToShow[]>;
    ordered(
      filter: TaskFilters,
      order: TaskOrder,
      paging: Paging,
      beside: Beside | null,
    ): Promise<readonly TaskToShow[]>;
    all(filter: TaskFilters): AsyncIterable<TaskToShow[]>;
    countByState(filter: TaskFilters): Promise<readonly (TaskKind & { readonly count: number })[]>;
    idsOfKinds(filter: TaskFilters, kinds: readonly TaskKind[], limit: number): Promise<number[]>;
    countByStatus(filter: TaskFilters): Promise<readonly (StatusCount & { readonly more: boolean })[]>;
    find(taskId: number): Promise<(TaskToShow & TaskOrigin) | null>;
    countByTypeAndStatus(): Promise<readonly StatusCount[]>;
  };
  /** Ids of tasks, newest first. */
  readonly homeQueries: {
    openTasks(limit: number): Promise<number[]>;
    endedTasks(limit: number): Promise<number[]>;
    endedSince(time: Date, limit: number): Promise<number[]>;
    newestTasks(limit: number): Promise<number[]>;
    failedSince(time: Date, limit: number): Promise<number[]>;
    incompleteSince(time: Date, limit: number): Promise<number[]>;
    overdueMessages(time: Date, limit: number): Promise<number>;
    stock(): Promise<StockToShow>;
    activity(since: Date, seconds: number): Promise<readonly ActivityShape[]>;
  };
  readonly taskPageQueries: {
    parts(taskId: number, limit: number): Promise<readonly PartToShow[]>;
    partCells(taskId: number, limit: number): Promise<readonly PartCellToShow[]>;
    rates(taskId: number, points: number): Promise<readonly { readonly time: Date; readonly rate: number }[]>;
    log(taskId: number, limit: number): Promise<readonly LogLineToShow[]>;
    startTime(taskId: number): Promise<Date | null>;
    rateLimit(taskId: number): Promise<number | null>;
    openErrorGroups(taskId: number): Promise<readonly ErrorGroupToShow[]>;
  };
  /** The task's workflow in Temporal's own pages; null: nobody has said where they are. */
  workflowUrl(ref: TaskRef): string | null;
  readonly errorQueries: {
    page(filter: ErrorFilters, paging: Paging): Promise<readonly TaskErrorToShow[]>;
    all(filter: ErrorFilters): AsyncIterable<TaskErrorToShow[]>;
    count(filter: ErrorFilters): Promise<number>;
    countByCode(
      filter: ErrorFilters,
    ): Promise<readonly { readonly errorCode: number; readonly desc: string; readonly count: number }[]>;
  };
  readonly auditQueries: AuditDeps['auditQueries'];
  readonly listQueries: ListsDeps['listQueries'];
  readonly accountQueries: {
    page(paging: Paging): Promise<{ accounts: Account[]; count: number }>;
    find(accountId: string): Promise<{ account: Account; stats: AccountStatsToShow } | null>;
  };
  readonly faceQueries: {
    find(faceId: string): Promise<FaceDetailsToShow | null>;
    page(
      of: { readonly accountId: string } | { readonly listId: string },
      place: { readonly before?: string | undefined; readonly after?: string | undefined },
      size: number,
    ): Promise<FaceCardsToShow>;
    cards(faceIds: readonly string[]): Promise<readonly FaceCardToShow[]>;
    sampleKey(ownerId: string, kind: 'face' | 'body'): Promise<string | null | undefined>;
  };
  readonly eventQueries: {
    find(eventId: string): Promise<(EventToShow & { readonly faceIds: readonly string[] }) | null>;
    cards(eventIds: readonly string[]): Promise<readonly EventCardToShow[]>;
  };
  readonly searchQueries: {
    byId(id: string, limit: number): Promise<readonly SearchHit[]>;
    byName(text: string, limit: number): Promise<readonly SearchHit[]>;
  };
  readonly versionUse: {
    isGone(version: OwnedVersion): Promise<boolean>;
    countWithoutOther(version: OwnedVersion): Promise<number | null>;
  };
  readonly images: { get(key: string): Promise<Buffer> };
  readonly scheduleQueries: Pick<SchedulesDeps['scheduleQueries'], 'page' | 'count' | 'find'>;
  readonly taskActions: TaskActions;
  readonly previewTask: PreviewTask;
  readonly scheduleActions: ScheduleActions;
  readonly accountActions: AccountActions;
  readonly contract: readonly ContractPath[];
  readonly clock: Clock;
  readonly checks: readonly HealthCheck[];
  readonly defaultFaceVersion: number;
  readonly defaultBodyVersion: number;
  readonly notificationHosts: readonly string[];
  readonly notificationSecretNames: readonly string[];
  /** What makes descriptors, by kind and version. */
  readonly extractors: readonly {
    readonly version: number;
    readonly kind: 'face' | 'body';
    readonly name: string;
  }[];
}

interface TaskOrigin {
  readonly createdByLogin: string;
  readonly generation: number;
}

interface TaskKind {
  readonly state: TaskState;
  readonly hasFailed: boolean;
}

export interface StatusCount {
  readonly status: number;
  readonly count: number;
}

interface CountToShow {
  readonly count: number;
  /** False: an estimate. */
  readonly isExact: boolean;
}

export interface StockToShow {
  readonly faces: CountToShow;
  readonly events: CountToShow;
  /** Samples whose face or event is gone; null: they were not counted yet. */
  readonly ownerless: number | null;
  readonly versions: readonly (CountToShow & { readonly version: number })[];
}

export interface PartToShow {
  readonly partNo: number;
  readonly state: PartState;
  readonly expected: number;
  readonly done: number;
  readonly failed: number;
  readonly skipped: number;
  readonly attempt: number;
  readonly worker: string | null;
  readonly failure: object | null;
  readonly lastUpdateTime: Date;
}

export interface PartCellToShow {
  readonly firstPart: number;
  readonly lastPart: number;
  readonly waiting: number;
  readonly running: number;
  readonly cancelled: number;
  readonly failed: number;
  readonly done: number;
  readonly expected: number;
  readonly handled: number;
  readonly objectsFailed: number;
  readonly attempt: number;
  readonly cursor: string | null;
}

export type LogLineToShow = { readonly time: Date } & (
  | { readonly state: TaskState }
  | {
      readonly state: null;
      readonly partNo: number;
      readonly attempt: number;
      readonly worker: string | null;
      readonly failure: object | null;
      readonly repeats: number;
    }
);

export interface ErrorGroupToShow {
  readonly errorCode: number;
  readonly desc: string;
  readonly count: number;
  readonly detail: string;
  readonly objectId: string | null;
  readonly firstTime: Date;
  readonly lastTime: Date;
}
