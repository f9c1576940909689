import { DomainError } from '../errors.ts';
import { isRehearsal, type UndoContent } from '../gc/gcContent.ts';
import type { TaskWork } from '../tasks/engineTask.ts';

/** Refuses a task for another one that is open. */
export class VersionInUseError extends DomainError {
  readonly taskId: number;

  constructor(taskId: number, detail: string) {
    super('versionInUse', detail);
    this.taskId = taskId;
  }
}

/**
 * The versions that nobody else may remove, or need, while the task is open: a gc of descriptors removes one; an
 * extract of descriptors needs the one that selects its objects, and the one that it makes: what it skips because it
 * is there already must not go. A rehearsal removes nothing, so it holds none.
 */
export function heldVersions(work: TaskWork): OwnedVersion[] {
  if (work.kind === 'gc') {
    const { content } = work;
    if (isRehearsal(content)) return [];
    switch (content.target) {
      case 'face_descriptors':
        return [{ objects: 'faces', type: 'face', version: content.filters.descriptor_version }];
      case 'event_descriptors': {
        const { descriptor_type: type, descriptor_version } = content.filters;
        return [{ objects: 'events', type, version: descriptor_version }];
      }
      case 'faces':
      case 'events':
      case 'samples':
      case 'purge':
        return [];
      case 'undo':
        return undoneVersion(content);
    }
  }
  const { extraction_target, options, filters } = work.content;
  if (extraction_target === 'basic_attributes') return [];
  const type = extraction_target === 'body_descriptor' ? 'body' : 'face';
  const versions = new Set([options.default_descriptor_version, options.descriptor_version]);
  return [...versions].flatMap((version) =>
    version === undefined ? [] : [{ objects: filters.objects_type, type, version }],
  );
}

/** An undo of descriptors makes those of a version: it excludes who needs or removes them. */
function undoneVersion({
  objects,
  descriptor_version: version,
  descriptor_type: type = 'face',
}: UndoContent): OwnedVersion[] {
  return version === undefined
    ? []
    : [{ objects: objects === 'face_descriptors' ? 'faces' : 'events', type, version }];
}

/** A version of the descriptors of faces or events. */
export interface OwnedVersion {
  readonly objects: 'faces' | 'events';
  readonly version: number;
  readonly type: 'face' | 'body';
}
