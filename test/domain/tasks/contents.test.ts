import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DomainError, type ErrorName } from '../../../domain/errors.ts';
import { freezeExtractContent, type ExtractRequest } from '../../../domain/extract/extractContent.ts';
import { freezeGcContent, type GcRequest } from '../../../domain/gc/gcContent.ts';

const now = new Date('2026-01-31T00:00:00.000Z');
const around = {
  now,
  defaultVersions: { face: 1, body: 101 },
  attributesVersion: 1,
  hasExtractor: (version: number, kind: string) => version === 3 && kind === 'face',
};

function refusal(make: () => unknown): ErrorName {
  try {
    make();
  } catch (error) {
    assert.ok(error instanceof DomainError);
    return error.error;
  }
  return assert.fail('it was accepted');
}

test('a relative time becomes the time that it meant when the task was created', () => {
  const content = freezeGcContent({ target: 'faces', filters: { create_time__lt: 'now-30d' } }, now);
  assert.deepEqual(content.filters, { create_time__lt: '2026-01-01T00:00:00.000Z' });
});

test('a range of time that ends where it begins, or before, is refused by the name of its end', () => {
  const day = '2026-01-01T00:00:00Z';
  const events = (filters: GcRequest['filters']) =>
    freezeGcContent({ target: 'events', ...(filters && { filters }) }, now);
  for (const filters of [
    { create_time__gte: 'now-1d', create_time__lt: 'now-30d' },
    { create_time__gte: day, create_time__lt: day },
    { create_time__gte: day, create_time__lt: '2026-01-01T01:00:00+02:00' },
    { end_time__gte: 'now', end_time__lt: day },
    { insert_time__gte: 'now-1s', insert_time__lt: 'now-1s' },
  ]) {
    const end = Object.keys(filters)[1] ?? '';
    assert.throws(
      () => events(filters),
      (error) => error instanceof DomainError && error.detail.includes(`'content.filters.${end}'`),
    );
  }
  events({ create_time__gte: day, create_time__lt: '2026-01-01T00:00:00.001Z' });
  events({ create_time__gte: 'now-1d', end_time__lt: 'now-30d' });
});

test('a removal of faces without any condition is refused', () => {
  assert.equal(
    refusal(() => freezeGcContent({ target: 'faces', filters: {} }, now)),
    'selectsEverything',
  );
  assert.equal(
    refusal(() => freezeGcContent({ target: 'events' }, now)),
    'selectsEverything',
  );
});

test('an empty text is no condition: nearly everything has it', () => {
  const emptyOnes: GcRequest['filters'][] = [
    { user_data: '' },
    { external_ids: [''] },
    { external_ids: ['x', ''] },
  ];
  for (const filters of [...emptyOnes, { user_data: '', external_ids: [''] }]) {
    assert.equal(
      refusal(() => freezeGcContent({ target: 'faces', ...(filters && { filters }) }, now)),
      'selectsEverything',
    );
  }
  for (const filters of [{ sources: [''] }, { tags: [''] }, { track_ids: [''] }]) {
    assert.equal(
      refusal(() => freezeGcContent({ target: 'events', filters }, now)),
      'selectsEverything',
    );
  }
  const account_id = '01900000-0000-7000-8000-000000000001';
  for (const more of [{ account_id }, { external_ids: ['x'] }, { create_time__lt: 'now' }]) {
    freezeGcContent({ target: 'faces', filters: { user_data: '', ...more } }, now);
  }
  freezeGcContent({ target: 'faces', filters: { user_data: '' }, confirm_all: true }, now);
});

test('a removal of everything goes through when it is confirmed', () => {
  const content = freezeGcContent({ target: 'faces', confirm_all: true }, now);
  assert.deepEqual(content, {
    target: 'faces',
    filters: {},
    remove_samples: false,
    remove_image_origins: false,
    confirm_all: true,
    store_results: true,
  });
});

test('an empty list of ids is refused: it must not read as no condition', () => {
  assert.equal(
    refusal(() => freezeGcContent({ target: 'faces', filters: { face_ids: [] } }, now)),
    'validationFailed',
  );
});

test('the descriptor version may stand beside the target and is stored among the filters', () => {
  assert.deepEqual(freezeGcContent({ target: 'face_descriptors', descriptor_version: 7 }, now), {
    target: 'face_descriptors',
    filters: { descriptor_version: 7 },
    store_results: true,
  });
});

test('a descriptor version that is given twice must be the same', () => {
  const request: GcRequest = {
    target: 'face_descriptors',
    descriptor_version: 7,
    filters: { descriptor_version: 8 },
  };
  assert.equal(
    refusal(() => freezeGcContent(request, now)),
    'validationFailed',
  );
  assert.equal(
    refusal(() => freezeGcContent({ target: 'face_descriptors' }, now)),
    'fieldMissing',
  );
});

test('an extract needs a version that some network computes', () => {
  const request = (version?: number): ExtractRequest => ({
    extraction_target: 'face_descriptor',
    options: version === undefined ? {} : { descriptor_version: version },
    filters: { objects_type: 'faces' },
  });
  assert.equal(
    refusal(() => freezeExtractContent(request(), around)),
    'fieldMissing',
  );
  assert.equal(
    refusal(() => freezeExtractContent(request(4), around)),
    'noExtractor',
  );
  assert.deepEqual(freezeExtractContent(request(3), around).options, {
    missing: true,
    descriptor_version: 3,
    default_descriptor_version: 1,
  });
});

test('body descriptors of faces are refused', () => {
  const request: ExtractRequest = {
    extraction_target: 'body_descriptor',
    options: { descriptor_version: 101 },
    filters: { objects_type: 'faces' },
  };
  assert.equal(
    refusal(() => freezeExtractContent(request, around)),
    'validationFailed',
  );
});

test('basic attributes are told by the network that is set, whatever becomes of the setting', () => {
  const request: ExtractRequest = {
    extraction_target: 'basic_attributes',
    filters: { objects_type: 'events', sources: ['door'] },
  };
  assert.deepEqual(freezeExtractContent(request, around), {
    extraction_target: 'basic_attributes',
    options: { missing: true, attributes_version: 1 },
    filters: { objects_type: 'events', sources: ['door'] },
    store_results: true,
  });
  assert.equal(
    refusal(() => freezeExtractContent(request, { ...around, attributesVersion: null })),
    'noExtractor',
  );
});
