import type { ExtractRequest, ExtractionTarget } from '../../../domain/extract/extractContent.ts';
import type { GcRequest } from '../../../domain/gc/gcContent.ts';
import { hasCondition, type EventFilters, type FaceFilters } from '../../../domain/tasks/filters.ts';
import { DomainError } from '../../../domain/errors.ts';
import { otherName, pickedName, type Typed } from '../../../views/components/field/field.ts';
import { filterFields } from '../../../views/pages/tasks/fields/filterFields.ts';
import { statusBox, toldStatuses } from '../../../views/pages/tasks/fields/notificationFields.ts';
import type { TaskKind } from '../../../views/pages/tasks/taskKinds.ts';
import { isTicked, numberOf, textOf } from '../../html/formValues.ts';
import type { NotificationPolicyBody } from '../../notifications/policies.ts';

type Values = Readonly<Record<string, string>>;

interface Options {
  readonly description?: string;
  readonly objects_per_second?: number;
  readonly error_budget?: number;
  readonly window?: number;
  readonly priority?: number;
  readonly notification_policy?: NotificationPolicyBody;
}

export type TaskRequest = { readonly options: Options } & (
  | { readonly taskType: 5; readonly content: ExtractRequest }
  | { readonly taskType: 4; readonly content: GcRequest }
);

/** What a JSON client would have sent for what stands in the form; the validation judges it. */
export function readTaskForm(kind: TaskKind, values: Values): TaskRequest {
  const options: Options = {
    ...textOf(values, 'description'),
    ...numberOf(values, 'objects_per_second'),
    ...numberOf(values, 'error_budget'),
    ...numberOf(values, 'window'),
    ...numberOf(values, 'priority'),
    ...readPolicy(values),
  };
  switch (kind) {
    case 'extract-faces':
      return { taskType: 5, options, content: readExtract('faces', values) };
    case 'extract-events':
      return { taskType: 5, options, content: readExtract('events', values) };
    case 'gc-face-descriptors':
    case 'gc-event-descriptors':
    case 'gc-faces':
    case 'gc-events':
    case 'gc-samples':
      return { taskType: 4, options, content: readGc(kind, values) };
  }
}

/** Whether an extract goes over all objects, as it would if its form had come back empty. */
export function extractsEverything({ taskType, content }: TaskRequest): boolean {
  if (taskType !== 5) return false;
  const { objects_type: _objects, ...filters } = content.filters;
  return !hasCondition(filters);
}

/** Without an address nobody is told, whatever else is chosen. */
function readPolicy(values: Values): Pick<Options, 'notification_policy'> {
  const url = values['url']?.trim() ?? '';
  if (url === '') return {};
  const statuses = toldStatuses
    .map(({ status }) => status)
    .filter((status) => isTicked(values, statusBox(status)))
    .sort();
  return { notification_policy: { url, statuses, secret: values['secret'] ?? '' } };
}

function readExtract(objects_type: 'faces' | 'events', values: Values): ExtractRequest {
  const target = (values['extraction_target'] ?? 'face_descriptor') as ExtractionTarget;
  return {
    extraction_target: target,
    options: {
      missing: true,
      ...(target === 'basic_attributes' ? {} : numberOf(values, 'descriptor_version')),
    },
    filters: { objects_type, ...readFilters(objects_type, values) },
    store_results: isTicked(values, 'store_results'),
  };
}

function readGc(kind: Exclude<TaskKind, `extract-${string}`>, values: Values): GcRequest {
  return {
    ...readTarget(kind, values),
    store_results: isTicked(values, 'store_results'),
    ...(isTicked(values, 'rehearsal') ? { rehearsal: true } : {}),
    ...textOf(values, 'undo_window'),
  };
}

function readTarget(kind: Exclude<TaskKind, `extract-${string}`>, values: Values): GcRequest {
  switch (kind) {
    case 'gc-face-descriptors':
      return { target: 'face_descriptors', filters: versionOf(values) };
    case 'gc-event-descriptors': {
      const filters = { ...versionOf(values), ...textOf(values, 'descriptor_type') };
      return { target: 'event_descriptors', filters: filters as GcRequest['filters'] & object };
    }
    case 'gc-faces':
      return { target: 'faces', ...readRemoval('faces', values) };
    case 'gc-events':
      return { target: 'events', ...readRemoval('events', values) };
    case 'gc-samples':
      return { target: 'samples', filters: readFilters('samples', values) };
  }
}

function versionOf(values: Values): { readonly descriptor_version?: number } {
  const chosen = chosenOf(values, 'descriptor_version', { path: 'content.filters', noun: 'version ' });
  return numberOf({ descriptor_version: chosen }, 'descriptor_version');
}

/**
 * Which of its choices a field has, or what is typed instead. `path`: where the value belongs.
 * @throws DomainError validationFailed for one that is typed beside one that is chosen
 */
export function chosenOf(
  values: Values,
  name: string,
  { path, noun = '' }: { readonly path?: string; readonly noun?: string } = {},
): string {
  const other = values[otherName(name)]?.trim() ?? '';
  const { [name]: chosen = '' } = values;
  if (other === '' || chosen === '' || chosen === other) return other === '' ? chosen.trim() : other;
  const message = `choose either ${noun}${chosen} or another one, not both`;
  throw new DomainError('validationFailed', { path: path === undefined ? name : `${path}.${name}`, message });
}

function readRemoval(objects: 'faces' | 'events', values: Values) {
  return {
    filters: readFilters(objects, values),
    remove_samples: isTicked(values, 'remove_samples'),
    remove_image_origins: isTicked(values, 'remove_image_origins'),
    ...(isTicked(values, 'confirm_all') ? { confirm_all: true } : {}),
  };
}

/** An empty field is no condition; everything else is kept as it was typed. */
function readFilters(objects: 'faces' | 'events' | 'samples', values: Values): FaceFilters & EventFilters {
  const filters: Record<string, string | string[]> = {};
  for (const { name, kind } of filterFields[objects]) {
    const typed = kind === 'time' ? timeOf(values, name) : (values[name]?.trim() ?? '');
    if (typed === '') continue;
    if (kind === 'uuids') filters[name] = items(typed, /[\s,]+/);
    else if (kind === 'texts') filters[name] = items(typed, /[\r\n]+/);
    else filters[name] = typed;
  }
  return filters;
}

/** A picked time has no zone: UTC is meant. @throws DomainError validationFailed for one that is picked beside a text */
function timeOf(values: Values, name: string): string {
  const text = values[name]?.trim() ?? '';
  const picked = values[pickedName(name)]?.trim() ?? '';
  if (picked === '') return text;
  if (text !== '') {
    const message = 'fill in either the text or the date, not both';
    throw new DomainError('validationFailed', { path: `content.filters.${name}`, message });
  }
  return `${picked.length === 16 ? `${picked}:00` : picked}Z`;
}

function items(typed: string, between: RegExp): string[] {
  return typed
    .split(between)
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** What was typed in the form of one kind, for that of another. Nothing is to be removed because it was to be made. */
export function carriedValues(kind: TaskKind, values: Readonly<Record<string, string>>): Typed {
  const { former_kind: former = '', from: _from, ...others } = values;
  const isAlike = former.startsWith('extract-') === kind.startsWith('extract-');
  const isKept = ([name]: [string, string]): boolean =>
    !name.startsWith('confirm_') && (isAlike || !name.startsWith('descriptor_version'));
  return {
    values: { kind, ...Object.fromEntries(Object.entries(others).filter(isKept)) },
    faults: {},
  };
}
