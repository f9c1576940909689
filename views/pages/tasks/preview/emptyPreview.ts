import type { TaskKind } from '../taskKinds.ts';

/** The content of a task as far as it says what is looked for. */
interface Wanted {
  readonly extraction_target?: string;
  readonly options?: { readonly descriptor_version?: number };
  readonly filters?: { readonly descriptor_version?: number };
}

export interface DefaultVersions {
  readonly face: number;
  readonly body: number;
}

/** Why a task would find nothing. */
export function whyEmpty(kind: TaskKind, wanted: Wanted, defaults: DefaultVersions): string {
  switch (kind) {
    case 'extract-faces':
      return extractsNothing('face', wanted, defaults);
    case 'extract-events':
      return extractsNothing('event', wanted, defaults);
    case 'gc-face-descriptors':
      return `No face has a descriptor of version ${wanted.filters?.descriptor_version}.`;
    case 'gc-event-descriptors':
      return `No event has such a descriptor of version ${wanted.filters?.descriptor_version}.`;
    case 'gc-faces':
      return 'No face matches all of the conditions.';
    case 'gc-events':
      return 'No event matches all of the conditions.';
    case 'gc-samples':
      return 'No such sample lacks its face or event.';
  }
}

function extractsNothing(object: string, wanted: Wanted, defaults: DefaultVersions): string {
  if (wanted.extraction_target === 'basic_attributes')
    return `Every ${object} that matches the conditions already has attributes, or has no face sample.`;
  const version = wanted.options?.descriptor_version;
  const base = wanted.extraction_target === 'body_descriptor' ? defaults.body : defaults.face;
  return version === base
    ? `Version ${base} is the default version: an extract adds another version to each ${object} that has it.`
    : `No ${object} that matches the conditions has the default version, ${base}, and lacks version ${version}.`;
}
