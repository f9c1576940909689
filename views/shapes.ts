import type { ApprovalView } from '../domain/approvals/approval.ts';
import type { Role } from '../domain/accounts/permission.ts';
import type { CheckState } from '../domain/networks/check.ts';
import type { PartState, TaskState } from '../domain/tasks/task.ts';

/** What pages show of a task: the JSON that the API answers, so that live events and pages speak of the same fields. */
export interface TaskShape {
  readonly task_id: number;
  readonly task_type: number;
  readonly task_status: number;
  readonly state: TaskState;
  readonly generation: number;
  readonly create_time: string;
  readonly end_time: string | null;
  readonly last_update_time: string;
  readonly result_id: string | null;
  readonly count_task_parts_done: number;
  readonly count_task_parts_all: number;
  readonly content: object;
  /** Whether it changes nothing. */
  readonly rehearsal: boolean;
  readonly description: string | null;
  readonly progress: ProgressShape;
  /** How long it has been at work, without pauses and without the time between retries. */
  readonly running_ms: number;
  /** Whose files are gone, and those that stay without an owner: of gc tasks. */
  readonly samples_removed: number;
  readonly samples_left: number;
  readonly created_by: string | null;
  /** Of the account; empty: none. */
  readonly created_by_login: string;
  /** When the ids of its result were removed because they were old. */
  readonly result_removed_time: string | null;
  /** Which has made it; null: none has. */
  readonly schedule_id: number | null;
  readonly upgrade_id: number | null;
  readonly failure: object | null;
  /** Why it rests between its batches; null: it does not. */
  readonly slowed: { readonly reason: string; readonly since: string } | null;
  /** Whether what it removed can be put back; null: it has no undo window. */
  readonly undo: UndoShape | null;
  /** Of a removal that needs another administrator. */
  readonly approval: ApprovalView | null;
  /** Whether a maintenance keeps it from going on. */
  readonly held_by_maintenance: boolean;
  /** How many are started before it; null: it does not wait for its turn. */
  readonly tasks_before: number | null;
}

/** The switch that pauses everything. */
export interface MaintenanceShape {
  readonly active: boolean;
  readonly start_time: string | null;
  readonly started_by: string | null;
  readonly note: string | null;
}

export interface UndoShape {
  /** Null: the gc has not ended. */
  readonly until: string | null;
  readonly state: 'available' | 'undoing' | 'undone' | 'purging' | 'purged';
  readonly task_id: number | null;
}

export interface ProgressShape {
  readonly objects_expected: number;
  readonly objects_done: number;
  readonly objects_failed: number;
  readonly objects_skipped: number;
  readonly objects_per_second: number | null;
  readonly eta_seconds: number | null;
}

export interface PartShape {
  /** From 1, in the order of the keys. */
  readonly number: number;
  readonly state: PartState;
  readonly attempt: number;
  readonly worker: string | null;
  /** What keeps it from going on, or why it failed. */
  readonly failure: object | null;
  readonly last_update_time: string;
  readonly progress: Pick<
    ProgressShape,
    'objects_expected' | 'objects_done' | 'objects_failed' | 'objects_skipped'
  >;
}

export interface TaskErrorShape {
  readonly error_id: number;
  readonly error_code: number;
  readonly desc: string;
  readonly detail: string;
  readonly error_time: string;
  readonly object_type: string;
  readonly object_id: string | null;
  /** A retry has succeeded with the object since. */
  readonly is_overcome: boolean;
}

/** How often one code stands among a task's errors. */
export interface ErrorGroupShape {
  readonly error_code: number;
  readonly desc: string;
  readonly count: number;
}

export interface TaskErrorGroupShape extends ErrorGroupShape {
  /** The newest of them. */
  readonly sample: { readonly detail: string; readonly object_id: string | null };
  readonly first_time: string;
  readonly last_time: string;
}

/** What happened to a task by itself: a state that it came to, or the end of a part's attempt. */
export type TaskLogShape = { readonly log_time: string } & (
  { readonly state: TaskState } | ({ readonly state: null } & LostAttemptShape)
);

export interface LostAttemptShape {
  readonly part: number;
  readonly attempt: number;
  readonly worker: string | null;
  /** Null: the attempt was lost. */
  readonly failure: object | null;
  /** How many attempts one after the other ended so. */
  readonly repeats: number;
}

/** Somebody's act, as the audit remembers it. */
export interface ActShape {
  readonly audit_time: string;
  readonly login: string;
  readonly action: string;
  readonly after: object | null;
}

/** What an admin has seen of a task that needs attention. */
export interface AcknowledgementShape {
  readonly task_id: number;
  readonly item: string;
  readonly note: string;
  readonly login: string;
  readonly ack_time: string;
}

export interface AccountShape {
  readonly account_id: string;
  readonly account_type: string;
  readonly role: Role;
  readonly sees_pictures: boolean;
  readonly disabled: boolean;
  readonly has_second_factor: boolean;
  readonly must_change_password: boolean;
  readonly password_expire_time: string | null;
  readonly login: string;
  readonly description: string;
  readonly create_time: string;
  readonly last_update_time: string;
}

export interface ApiTokenShape {
  readonly token_id: string;
  readonly name: string;
  readonly role: Role;
  readonly operations: readonly string[] | null;
  readonly networks: readonly string[] | null;
  readonly expire_time: string;
  readonly revoke_time: string | null;
  readonly last_use_time: string | null;
  readonly last_use_address: string | null;
}

/** One line of the audit. */
export interface AuditEntryShape {
  readonly audit_time: string;
  readonly login: string;
  readonly action: string;
  readonly object_type: string;
  readonly object_id: string;
  readonly remote_address: string | null;
  readonly before: object | null;
  readonly after: object | null;
}

export interface ScheduleShape {
  readonly approval: ApprovalView | null;
  readonly schedule_id: number;
  readonly task_type: number;
  readonly content: object;
  readonly description: string | null;
  readonly cron: string;
  readonly time_zone: string;
  readonly overlap_policy: string;
  readonly catch_up_window: string;
  readonly notification_policy: { readonly url: string; readonly statuses: readonly number[] } | null;
  readonly objects_per_second: number | null;
  readonly error_budget: number | null;
  readonly create_time: string;
  readonly active: boolean;
  readonly followed: boolean;
  readonly next_runs: readonly string[];
  readonly last_run: ScheduleRunShape | null;
}

/** Outcome of the latest scheduled time. */
export interface ScheduleRunShape {
  readonly scheduled_time: string;
  readonly outcome: string;
  readonly task_id: number | null;
  readonly failure: { readonly desc?: string; readonly detail?: string } | null;
}

/** A line of a schedule's history. */
export interface RunOfPageShape {
  readonly scheduled_time: string;
  readonly outcome: string;
  readonly task_id: number | null;
  /** null: it has none, or it was deleted. */
  readonly task_state: string | null;
  readonly objects_failed: number;
  readonly task_create_time: string | null;
  readonly task_end_time: string | null;
  /** Who ran it by hand; null: its time had come. */
  readonly login: string | null;
  readonly why: string | null;
}

/** A version of descriptors with its networks, of which there are none where EXTRACTORS_FILE has it no more. */
export interface NetworkVersionShape {
  readonly version: number;
  readonly networks: readonly {
    readonly kind: 'face' | 'body' | 'attributes';
    readonly name: string;
    readonly descriptor_length: number | null;
    readonly server: string | null;
  }[];
  /** The kinds of descriptors for which it is the default version. */
  readonly default_of: readonly ('face' | 'body')[];
  readonly faces: { readonly count: number; readonly exact: boolean };
  readonly events: { readonly count: number; readonly exact: boolean };
  readonly why_unchecked: string | null;
  readonly last_check: NetworkCheckShape | null;
}

export interface NetworkCheckShape {
  readonly state: CheckState;
  readonly attempts: number;
  readonly runs_done: number | null;
  readonly runs_expected: number | null;
  readonly is_fit: boolean | null;
  readonly faults: readonly string[];
  readonly failure: { readonly detail: string } | null;
  readonly login: string;
  readonly create_time: string;
  readonly start_time: string | null;
  readonly end_time: string | null;
}

export interface ListShape {
  readonly list_id: string;
  readonly user_data: string;
  readonly face_count: number;
  readonly last_update_time: string;
}

export interface AccountStatsShape {
  readonly list_count: number;
  readonly face_count: number;
  readonly face_attribute_count: number;
}
