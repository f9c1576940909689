import { DomainError } from '../errors.ts';
import type { DefaultVersions } from './networks.ts';
import { freezeFilters, type EventFilters, type FaceFilters } from '../tasks/filters.ts';

export type ExtractionTarget = 'face_descriptor' | 'body_descriptor' | 'basic_attributes';

/** What an additional extract does, as stored: defaults filled in, times absolute. */
export interface ExtractContent {
  readonly extraction_target: ExtractionTarget;
  readonly options: {
    readonly missing: true;
    readonly descriptor_version?: number;
    /** The version whose presence selects an object; frozen, because the setting may change meanwhile. */
    readonly default_descriptor_version?: number;
    /** The version whose network tells the attributes; frozen for the same reason. */
    readonly attributes_version?: number;
  };
  readonly filters:
    ({ readonly objects_type: 'faces' } & FaceFilters) | ({ readonly objects_type: 'events' } & EventFilters);
  readonly store_results: boolean;
}

export interface ExtractRequest {
  readonly extraction_target: ExtractionTarget;
  readonly options?: { readonly missing?: boolean; readonly descriptor_version?: number };
  readonly filters: ExtractContent['filters'];
  readonly store_results?: boolean;
}

export interface ExtractSurroundings {
  readonly now: Date;
  readonly defaultVersions: DefaultVersions;
  /** The face version whose network tells basic attributes; null: the one that is set does not. */
  readonly attributesVersion: number | null;
  /** Whether a network for this version and kind of sample is at hand. */
  hasExtractor(version: number, kind: 'face' | 'body'): boolean;
}

/** What is known before the moment at which a content is frozen. */
export type ReadSurroundings = () => Promise<Omit<ExtractSurroundings, 'now'>>;

/** @throws DomainError fieldMissing | validationFailed, naming the path; noExtractor for an unknown version or target. */
export function freezeExtractContent(request: ExtractRequest, around: ExtractSurroundings): ExtractContent {
  const { extraction_target } = request;
  if (extraction_target === 'body_descriptor' && request.filters.objects_type !== 'events') {
    throw new DomainError('validationFailed', {
      path: 'content.filters.objects_type',
      message: 'body descriptors are extracted for events only',
    });
  }
  return {
    extraction_target,
    options:
      extraction_target === 'basic_attributes'
        ? attributesOptions(around)
        : descriptorOptions(request, around),
    filters: freezeFilters(request.filters, around.now, 'content.filters'),
    store_results: request.store_results ?? true,
  };
}

function attributesOptions({ attributesVersion }: ExtractSurroundings): ExtractContent['options'] {
  if (attributesVersion === null) {
    throw new DomainError('noExtractor', {
      path: 'content.extraction_target',
      message: 'the network of BASIC_ATTRIBUTES_VERSION does not compute attributes',
    });
  }
  return { missing: true, attributes_version: attributesVersion };
}

function descriptorOptions(request: ExtractRequest, around: ExtractSurroundings): ExtractContent['options'] {
  const version = request.options?.descriptor_version;
  if (version === undefined) {
    throw new DomainError('fieldMissing', {
      path: 'content.options.descriptor_version',
      message: 'required',
    });
  }
  const kind = request.extraction_target === 'body_descriptor' ? 'body' : 'face';
  if (!around.hasExtractor(version, kind)) {
    throw new DomainError('noExtractor', {
      path: 'content.options.descriptor_version',
      message: `no network computes ${kind} descriptors of version ${version}`,
    });
  }
  return {
    missing: true,
    descriptor_version: version,
    default_descriptor_version: around.defaultVersions[kind],
  };
}
