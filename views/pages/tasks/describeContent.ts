import { isRehearsal, keepsAside } from '../../../domain/gc/gcContent.ts';
import { taskTypes } from '../../../domain/tasks/task.ts';
import { codeFact, fact, linkFact, type Fact } from '../../components/facts/facts.ts';
import { paths } from '../../paths.ts';

export interface ContentWords {
  readonly title: string;
  readonly facts: readonly Fact[];
}

const typeNames: Readonly<Record<number, string>> = {
  0: 'Unknown',
  1: 'Linker',
  2: 'Clusterization',
  3: 'Report',
  4: 'Garbage collection',
  5: 'Additional extract',
  6: 'Cross match',
  7: 'ROC-curve calculation',
  8: 'Export of objects',
  9: 'Estimate of data',
};

const gcTargets: Readonly<Record<string, string>> = {
  face_descriptors: 'face descriptors',
  event_descriptors: 'event descriptors',
  faces: 'faces',
  events: 'events',
  samples: 'samples without an owner',
};

const extractTargets: Readonly<Record<string, string>> = {
  face_descriptor: 'face descriptors',
  body_descriptor: 'body descriptors',
  basic_attributes: 'basic attributes',
};

const filterNames: Readonly<Record<string, string>> = {
  account_id: 'Account',
  face_ids: 'Face ids',
  list_id: 'List',
  event_ids: 'Event ids',
  handler_ids: 'Handler ids',
  sources: 'Sources',
  tags: 'Tags',
  external_ids: 'External ids',
  user_data: 'User data',
  track_ids: 'Track ids',
  create_time__gte: 'Created from',
  create_time__lt: 'Created before',
  end_time__gte: 'Ended from',
  end_time__lt: 'Ended before',
  insert_time__gte: 'Inserted from',
  insert_time__lt: 'Inserted before',
};

const pagesOf: Readonly<Record<string, (id: string) => string>> = {
  account_id: paths.account,
  list_id: paths.list,
};

/** Ids that are spelt out before the rest is only counted. */
const spelledOut = 5;

export function taskTypeName(taskType: number): string {
  return typeNames[taskType] ?? `Type ${taskType}`;
}

/** What a task does in words. Tolerates any content: a row of a later release must still be shown. */
export function describeContent(taskType: number, content: object): ContentWords {
  const given = content as Record<string, unknown>;
  if (taskType === taskTypes.gc) return describeGc(given);
  if (taskType === taskTypes.additionalExtract) return describeExtract(given);
  return { title: taskTypeName(taskType), facts: [] };
}

/** Of what a gc with an undo window has kept aside. */
function describeAside(content: Record<string, unknown>): ContentWords {
  const gc = textOf(content['of']);
  const things = gcTargets[textOf(content['objects'])] ?? textOf(content['objects']);
  const isUndo = content['target'] === 'undo';
  return {
    title: isUndo ? `Restore ${things} of task ${gc}` : `End the undo window of task ${gc}`,
    facts: [
      linkFact(isUndo ? 'Puts back' : 'Purges', `${things} of task ${gc}`, paths.task(Number(gc))),
      ...(isUndo ? [...conditions(asRecord(content['filters']), 'all of them'), results(content)] : []),
    ],
  };
}

function describeGc(content: Record<string, unknown>): ContentWords {
  if (content['target'] === 'undo' || content['target'] === 'purge') return describeAside(content);
  const filters = asRecord(content['filters']);
  const things = gcTargets[textOf(content['target'])] ?? textOf(content['target']);
  const version = filters['descriptor_version'];
  const ofVersion = version === undefined ? '' : ` of version ${textOf(version)}`;
  const rehearses = isRehearsal(content);
  const goes = rehearses ? 'would be removed too' : 'removed too';
  return {
    title: `${rehearses ? 'Rehearsal: remove' : 'Remove'} ${things}${ofVersion}`,
    facts: [
      fact(rehearses ? 'Would remove' : 'Removes', `${things}${ofVersion}`),
      ...(filters['descriptor_type'] === undefined ? [] : [fact('Kind', textOf(filters['descriptor_type']))]),
      ...conditions(filters, version === undefined ? 'all of them' : 'all accounts'),
      ...('remove_samples' in content
        ? [fact('Samples', content['remove_samples'] === true ? goes : 'kept, without an owner')]
        : []),
      ...('remove_image_origins' in content
        ? [fact('Image origins', content['remove_image_origins'] === true ? goes : 'kept')]
        : []),
      ...(keepsAside(content) ? [fact('Undo window', textOf(content['undo_window']))] : []),
      results(content),
    ],
  };
}

function describeExtract(content: Record<string, unknown>): ContentWords {
  const filters = asRecord(content['filters']);
  const options = asRecord(content['options']);
  const things = extractTargets[textOf(content['extraction_target'])] ?? textOf(content['extraction_target']);
  const version = options['descriptor_version'];
  const ofVersion = version === undefined ? '' : ` of version ${textOf(version)}`;
  const base = options['default_descriptor_version'];
  const objects = textOf(filters['objects_type'] ?? 'objects');
  return {
    title: `Extract ${things}${ofVersion}`,
    facts: [
      fact('Extracts', `${things}${ofVersion}`),
      ...(options['attributes_version'] === undefined
        ? []
        : [fact('Told by', `the network of version ${textOf(options['attributes_version'])}`)]),
      fact(
        'For',
        base === undefined
          ? `${objects} with a sample and without them`
          : `${objects} that have version ${textOf(base)} and lack the new one`,
      ),
      ...conditions(filters, `all ${objects}`),
      results(content),
    ],
  };
}

function conditions(filters: Record<string, unknown>, none: string): Fact[] {
  const facts = Object.entries(filters).flatMap(([name, value]) => {
    const label = filterNames[name];
    if (label === undefined) return [];
    const text = Array.isArray(value) ? join(value) : textOf(value);
    const page = pagesOf[name];
    return [
      page === undefined ? codeFact(label, text) : linkFact(label, text, page(encodeURIComponent(text))),
    ];
  });
  return facts.length === 0 ? [fact('Which', none)] : facts;
}

function join(values: readonly unknown[]): string {
  const shown = values.slice(0, spelledOut).map(textOf).join(', ');
  return values.length > spelledOut ? `${shown} and ${values.length - spelledOut} more` : shown;
}

function results(content: Record<string, unknown>): Fact {
  return fact('Result', content['store_results'] === false ? 'not kept' : 'kept for download');
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined ? '' : JSON.stringify(value);
}
