import type { ExtractRequest, ExtractionTarget } from '../../domain/tasks/extractContent.ts';
import type { EventFilters, FaceFilters } from '../../domain/tasks/filters.ts';
import type { GcRequest } from '../../domain/tasks/gcContent.ts';

type Values = Readonly<Record<string, string>>;

/** The body that a JSON client would have sent for what stands in the form. */
export function readExtract(values: Values): {
  description?: string;
  objects_per_second?: number;
  content: ExtractRequest;
} {
  // Whatever else was sent is left for the validation to refuse.
  const target = (values['extraction_target'] ?? 'face_descriptor') as ExtractionTarget;
  return {
    ...described(values),
    ...whole(values, 'objects_per_second'),
    content: {
      extraction_target: target,
      options: {
        missing: true,
        ...(target === 'basic_attributes' ? {} : whole(values, 'descriptor_version')),
      },
      filters: {
        objects_type: values['objects_type'] === 'events' ? 'events' : 'faces',
        ...readFilters(values),
      },
      store_results: isTicked(values, 'store_results'),
    },
  };
}

export function readGc(
  kind: 'gc-descriptors' | 'gc-faces',
  values: Values,
): { description?: string; content: GcRequest } {
  const store_results = isTicked(values, 'store_results');
  if (kind === 'gc-descriptors') {
    const filters = whole(values, 'descriptor_version');
    return { ...described(values), content: { target: 'face_descriptors', filters, store_results } };
  }
  return {
    ...described(values),
    content: {
      target: 'faces',
      filters: readFilters(values),
      remove_samples: isTicked(values, 'remove_samples'),
      ...(isTicked(values, 'confirm_all') ? { confirm_all: true } : {}),
      store_results,
    },
  };
}

/** An empty field is no condition; everything else is kept as it was typed, for the validation to judge. */
function readFilters(values: Values): FaceFilters & EventFilters {
  const filters: Record<string, string | string[]> = {};
  for (const name of ['account_id', 'list_id', 'create_time__gte', 'create_time__lt', 'user_data']) {
    const text = values[name]?.trim() ?? '';
    if (text !== '') filters[name] = text;
  }
  for (const name of ['external_ids', 'face_ids', 'event_ids']) {
    const items = (values[name] ?? '').split(/[\s,]+/).filter((item) => item !== '');
    if (items.length > 0) filters[name] = items;
  }
  return filters;
}

function described(values: Values): { description?: string } {
  const description = values['description']?.trim() ?? '';
  return description === '' ? {} : { description };
}

function whole<Name extends string>(values: Values, name: Name): Partial<Record<Name, number>> {
  const text = values[name]?.trim() ?? '';
  if (text === '') return {};
  // Not a number: the text itself goes on, so that the validation refuses it by its name.
  const value = /^\d{1,15}$/.test(text) ? Number(text) : text;
  return { [name]: value } as Partial<Record<Name, number>>;
}

function isTicked(values: Values, name: string): boolean {
  return values[name] !== undefined;
}
