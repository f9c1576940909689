import { isDeepStrictEqual } from 'node:util';
import type { ExtractContent, ExtractRequest } from '../../../domain/extract/extractContent.ts';
import type { GcContent, GcRequest, RemovalContent } from '../../../domain/gc/gcContent.ts';
import type { NotificationPolicy } from '../../../domain/tasks/task.ts';
import { statusBox } from '../../../views/pages/tasks/fields/notificationFields.ts';
import type { TaskKind } from '../../../views/pages/tasks/taskKinds.ts';
import { readTaskForm } from './taskForm.ts';

/** What was ordered, as it was sent or as it was frozen. */
type Content = GcRequest | ExtractRequest | GcContent | ExtractContent;
type FormContent = GcRequest | ExtractRequest;

/** All that the form of a task or a schedule asks for. */
export interface Order {
  readonly content: Content;
  readonly description: string | null;
  readonly objectsPerSecond: number | null;
  readonly errorBudget: number | null;
  readonly notificationPolicy: NotificationPolicy | null;
  readonly window?: number | null;
  readonly priority?: number;
}

export interface Filled {
  readonly kind: TaskKind;
  readonly values: Readonly<Record<string, string>>;
}

/** An order as its form was filled in; null: the form cannot say all that its content says. */
export function orderValues(order: Order): Filled | null {
  const { content, notificationPolicy: policy } = order;
  if (!isOfForm(content)) return null;
  const kind = kindOf(content);
  const values = fieldValues({
    kind,
    description: order.description,
    objects_per_second: order.objectsPerSecond,
    error_budget: order.errorBudget,
    window: order.window,
    priority: order.priority,
    url: policy?.url,
    secret: policy?.secret,
    ...Object.fromEntries((policy?.statuses ?? []).map((status) => [statusBox(status), true])),
    ...('target' in content ? gcValues(content) : extractValues(content)),
  });
  const read = readTaskForm(kind, values).content;
  return isDeepStrictEqual(meaningOf(read), meaningOf(content)) ? { kind, values } : null;
}

/** Nobody fills in a form to put back or to purge what a task removed. */
function isOfForm(content: Content): content is FormContent | RemovalContent | ExtractContent {
  return !('of' in content);
}

export function kindOf(content: FormContent): TaskKind {
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
function meaningOf(content: FormContent): object {
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
