import type { PageHead } from '../../layout.ts';
import { paths } from '../../paths.ts';
import { documentLinks, type DocumentLink } from './documentLinks.ts';

/** What a value is, and the fields that it has. `note`, here and below: HTML of our own document. */
export interface SchemaView {
  readonly type: string;
  readonly note: string;
  readonly limits: readonly string[];
  /** The only ones that are allowed; empty: any. */
  readonly values: readonly string[];
  readonly fields: readonly FieldView[];
  /** It is one of these. */
  readonly variants: readonly VariantView[];
}

export interface FieldView extends SchemaView {
  readonly name: string;
  readonly isRequired: boolean;
}

export interface VariantView extends SchemaView {
  readonly title: string;
  readonly isDeprecated: boolean;
}

export interface ParametersView {
  readonly title: string;
  readonly fields: readonly FieldView[];
}

export interface ExampleView {
  /** Empty: there is only one. */
  readonly title: string;
  readonly text: string;
}

export interface AnswerView {
  readonly status: string;
  readonly note: string;
  readonly types: readonly string[];
  readonly headers: readonly FieldView[];
  /** By media type. */
  readonly schemas: readonly (SchemaView & { readonly title: string })[];
  readonly examples: readonly ExampleView[];
}

export interface OperationView {
  readonly id: string;
  readonly method: string;
  readonly address: string;
  readonly title: string;
  readonly note: string;
  readonly isPublic: boolean;
  /** Roles that may call it. */
  readonly roles: readonly string[];
  readonly parameters: readonly ParametersView[];
  readonly body: (SchemaView & { readonly about: string; readonly isRequired: boolean }) | null;
  readonly answers: readonly AnswerView[];
  /** Those that it names. */
  readonly codes: readonly { readonly code: number; readonly desc: string }[];
  readonly curls: readonly ExampleView[];
}

export interface ReferenceInput {
  readonly title: string;
  readonly version: string;
  readonly note: string;
  readonly origin: string;
  readonly credentials: readonly { readonly name: string; readonly note: string }[];
  /** Headers that every operation takes. */
  readonly headers: readonly FieldView[];
  readonly error: SchemaView;
  readonly errorExample: string;
  readonly groups: readonly {
    readonly id: string;
    readonly title: string;
    readonly note: string;
    readonly operations: readonly OperationView[];
  }[];
  readonly download: string;
}

export interface ReferencePage extends ReferenceInput {
  readonly head: PageHead;
  readonly documents: readonly DocumentLink[];
  readonly search: string;
  readonly errorReference: string;
}

export function referencePage(input: ReferenceInput): ReferencePage {
  return {
    ...input,
    head: { title: 'API reference', section: null },
    documents: documentLinks('reference'),
    search: paths.searchDocuments(),
    errorReference: paths.errorReference,
  };
}
