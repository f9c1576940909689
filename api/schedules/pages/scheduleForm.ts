import type { TaskKind } from '../../../views/pages/tasks/taskKinds.ts';
import { readTaskForm, type TaskRequest } from '../../tasks/pages/taskForm.ts';

type Values = Readonly<Record<string, string>>;

/** The body that a JSON client would have sent for what stands in the form; what is wrong with it is for the validation. */
export function readSchedule(kind: TaskKind, values: Values): { request: TaskRequest; body: object } {
  const request = readTaskForm(kind, values);
  const { taskType, options, content } = request;
  const body = {
    task_type: taskType,
    cron: textOf(values, 'cron').replaceAll(/\s+/g, ' '),
    content,
    ...options,
    ...filled(values, 'time_zone'),
    ...filled(values, 'overlap_policy'),
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
