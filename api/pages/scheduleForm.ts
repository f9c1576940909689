import { DomainError } from '../../domain/errors.ts';
import type { TaskType } from '../../domain/tasks/task.ts';
import { faultsOf } from './formFaults.ts';

type Values = Readonly<Record<string, string>>;

/**
 * The body that a JSON client would have sent for what stands in the form; what is wrong with it is for the validation.
 * @throws DomainError validationFailed when the content is not JSON
 */
export function readSchedule(taskType: TaskType, values: Values): object {
  const rate = textOf(values, 'objects_per_second');
  return {
    task_type: taskType,
    cron: textOf(values, 'cron').replaceAll(/\s+/g, ' '),
    content: parse(values['content'] ?? ''),
    ...filled(values, 'time_zone'),
    ...filled(values, 'overlap_policy'),
    ...filled(values, 'description'),
    ...(rate === '' ? {} : { objects_per_second: /^\d{1,15}$/.test(rate) ? Number(rate) : rate }),
  };
}

/** The content is one field, wherever in it the fault is. */
export function scheduleFaults(error: DomainError): Record<string, string> {
  const [, inside, message] = /^Path: '([^']*)' message: '(.*)'$/s.exec(error.detail) ?? [];
  if (inside === undefined) return { content: `${error.entry.desc}: ${error.detail}` };
  if (['cron', 'time_zone', 'overlap_policy', 'description', 'objects_per_second'].includes(inside)) {
    return faultsOf(error);
  }
  const place = inside.replace(/^content\.?/, '');
  return { content: place === '' ? (message ?? '') : `${place}: ${message}` };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message.replaceAll("'", '"') : '';
    throw new DomainError('validationFailed', `Path: 'content' message: 'not JSON: ${why}'`);
  }
}

function filled(values: Values, name: string): Record<string, string> {
  const text = textOf(values, name);
  return text === '' ? {} : { [name]: text };
}

function textOf(values: Values, name: string): string {
  return values[name]?.trim() ?? '';
}
