import type { Kind, TaskPlan } from './plan.ts';

/** Versions that objects have. Body version 100 is nobody's: it only selects what 101 is made for. */
export const presentFace = 1;
export const presentBody = 100;
/** Versions that extracts make. */
export const wantedFace = 3;
export const wantedBody = 101;

/** What a task of the kind is about. */
interface Shape {
  readonly objects: 'faces' | 'events';
  /** The kind of sample that an extractor reads; null: only gc looks at the samples. */
  readonly reads: 'face' | 'body' | null;
  /** The type of descriptors that get a version of the task's own, because it selects by nothing else. */
  readonly ownVersion: 'face' | 'body' | null;
  readonly content: (plan: TaskPlan, selected: Selected) => object;
}

export interface Selected {
  /** Faces or events of the task, or a third of them. */
  readonly filters: object;
  readonly ownVersion: number;
}

const gc = (objects: 'faces' | 'events'): Shape => ({
  ...{ objects, reads: null, ownVersion: null },
  content: ({ removeSamples, removeOrigins, manner }, { filters }) => ({
    ...{ target: objects, filters, remove_samples: removeSamples },
    // What is deleted elsewhere cannot be put back.
    remove_image_origins: removeOrigins && manner !== 'undoable',
  }),
});

const gcOfDescriptors = (objects: 'faces' | 'events', type: 'face' | 'body'): Shape => ({
  ...{ objects, reads: null, ownVersion: type },
  content: (_, { ownVersion: descriptor_version }) =>
    objects === 'faces'
      ? { target: 'face_descriptors', filters: { descriptor_version } }
      : { target: 'event_descriptors', filters: { descriptor_version, descriptor_type: type } },
});

const extractOfDescriptors = (objects_type: 'faces' | 'events', type: 'face' | 'body'): Shape => ({
  ...{ objects: objects_type, reads: type, ownVersion: null },
  content: (_, { filters }) => ({
    extraction_target: `${type}_descriptor`,
    options: { missing: true, descriptor_version: type === 'face' ? wantedFace : wantedBody },
    filters: { objects_type, ...filters },
  }),
});

const extractOfAttributes = (objects_type: 'faces' | 'events'): Shape => ({
  ...{ objects: objects_type, reads: 'face', ownVersion: null },
  content: (_, { filters }) => ({
    extraction_target: 'basic_attributes',
    options: { missing: true },
    filters: { objects_type, ...filters },
  }),
});

export const shapes: Readonly<Record<Kind, Shape>> = {
  'gc faces': gc('faces'),
  'gc events': gc('events'),
  'gc face_descriptors': gcOfDescriptors('faces', 'face'),
  'gc event_descriptors face': gcOfDescriptors('events', 'face'),
  'gc event_descriptors body': gcOfDescriptors('events', 'body'),
  'extract face_descriptor faces': extractOfDescriptors('faces', 'face'),
  'extract face_descriptor events': extractOfDescriptors('events', 'face'),
  'extract body_descriptor events': extractOfDescriptors('events', 'body'),
  'extract basic_attributes faces': extractOfAttributes('faces'),
  'extract basic_attributes events': extractOfAttributes('events'),
};
