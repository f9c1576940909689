import type { ScheduleSpec } from '../../../domain/schedules/schedule.ts';
import type { TaskKind } from '../../../views/pages/tasks/taskKinds.ts';
import { orderValues, type Filled } from '../../tasks/pages/orderValues.ts';
import { chosenOf, readTaskForm, type TaskRequest } from '../../tasks/pages/taskForm.ts';

type Values = Readonly<Record<string, string>>;

/** The body that a JSON client would have sent for what stands in the form; what is wrong with it is for the validation. */
export function readSchedule(kind: TaskKind, values: Values): { request: TaskRequest; body: object } {
  const request = readTaskForm(kind, values);
  const { taskType, content } = request;
  // Tasks of schedules take their turn as any other.
  const { window: _window, priority: _priority, ...options } = request.options;
  const body = {
    task_type: taskType,
    cron: chosenOf(values, 'cron').replaceAll(/\s+/g, ' '),
    content,
    ...options,
    ...filled(values, 'time_zone'),
    ...filled(values, 'overlap_policy'),
    ...filled(values, 'catch_up_window'),
  };
  return { request, body };
}

function filled(values: Values, name: string): Record<string, string> {
  const text = textOf(values, name);
  return text === '' ? {} : { [name]: text };
}

function textOf(values: Values, name: string): string {
  return values[name]?.trim() ?? '';
}

/** A schedule as its form was filled in; null: the form cannot say all that its content says. */
export function scheduleValues(schedule: ScheduleSpec): Filled | null {
  const filled = orderValues(schedule);
  if (filled === null) return null;
  const {
    cron,
    timeZone: time_zone,
    overlapPolicy: overlap_policy,
    catchUpWindow: catch_up_window,
  } = schedule;
  return {
    kind: filled.kind,
    values: { ...filled.values, cron, time_zone, overlap_policy, catch_up_window },
  };
}
