import { isDeepStrictEqual } from 'node:util';
import type { ExtractRequest } from '../../../domain/extract/extractContent.ts';
import type { GcRequest } from '../../../domain/gc/gcContent.ts';
import type { ScheduleSpec } from '../../../domain/schedules/schedule.ts';
import { statusBox } from '../../../views/pages/tasks/notificationFields.ts';
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

interface Filled {
  readonly kind: TaskKind;
  readonly values: Readonly<Record<string, string>>;
}

type Content = ScheduleSpec['content'];

/** A schedule as its form was filled in; null: the form cannot say all that its content says. */
export function scheduleValues(schedule: ScheduleSpec): Filled | null {
  const { content, notificationPolicy: policy } = schedule;
  const kind = kindOf(content);
  const values = fieldValues({
    kind,
    cron: schedule.cron,
    time_zone: schedule.timeZone,
    overlap_policy: schedule.overlapPolicy,
    description: schedule.description,
    objects_per_second: schedule.objectsPerSecond,
    error_budget: schedule.errorBudget,
    url: policy?.url,
    secret: policy?.secret,
    ...Object.fromEntries((policy?.statuses ?? []).map((status) => [statusBox(status), true])),
    ...('target' in content ? gcValues(content) : extractValues(content)),
  });
  const read = readTaskForm(kind, values).content;
  return isDeepStrictEqual(meaningOf(read), meaningOf(content)) ? { kind, values } : null;
}

function kindOf(content: Content): TaskKind {
  if (!('target' in content)) return `extract-${content.filters.objects_type}`;
  switch (content.target) {
    case 'face_descriptors':
      return 'gc-face-descriptors';
    case 'event_descriptors':
      return 'gc-event-descriptors';
    case 'faces':
      return 'gc-faces';
    case 'events':
      return 'gc-events';
    case 'samples':
      return 'gc-samples';
  }
}

function gcValues({ target: _target, filters, store_results = true, ...others }: GcRequest) {
  return { ...filters, ...others, store_results };
}

function extractValues({ extraction_target, options, filters, store_results = true }: ExtractRequest) {
  const { objects_type: _kind, ...conditions } = filters;
  return {
    ...{ extraction_target, descriptor_version: options?.descriptor_version },
    ...{ ...conditions, store_results },
  };
}

type Value = string | number | boolean | readonly string[] | null | undefined;

/** What stands in the fields: several items in lines, a ticked box as what a browser sends, nothing for an empty one. */
function fieldValues(values: Readonly<Record<string, Value>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => {
      if (value === undefined || value === null || value === false) return [];
      if (value === true) return [[name, 'yes']];
      return [[name, typeof value === 'object' ? value.join('\n') : String(value)]];
    }),
  );
}

/** Two contents that order the same are the same here: defaults are filled in, and what may stand elsewhere is moved. */
function meaningOf(content: Content): object {
  if (!('target' in content)) {
    const { extraction_target, options, filters, store_results = true } = content;
    const version = extraction_target === 'basic_attributes' ? null : options?.descriptor_version;
    return { ...{ extraction_target, version, filters, store_results } };
  }
  const { target, filters, descriptor_version, descriptor_type } = content;
  return {
    target,
    filters: {
      ...(descriptor_version === undefined ? {} : { descriptor_version }),
      ...(descriptor_type === undefined ? {} : { descriptor_type }),
      ...filters,
    },
    remove_samples: content.remove_samples ?? false,
    remove_image_origins: content.remove_image_origins ?? false,
    store_results: content.store_results ?? true,
    confirm_all: content.confirm_all ?? false,
    rehearsal: content.rehearsal ?? false,
    undo_window: content.undo_window ?? null,
  };
}
