import type { FieldView, SchemaView, VariantView } from '../../../views/pages/documents/reference.ts';
import { limitsOf, typeOf, valuesOf } from './schemaWords.ts';

/** The words of JSON Schema that the document uses. */
export interface DocumentSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly pattern?: string;
  readonly description?: string;
  readonly deprecated?: boolean;
  readonly default?: unknown;
  readonly example?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly items?: DocumentSchema;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, DocumentSchema>>;
  readonly additionalProperties?: boolean | DocumentSchema;
  readonly patternProperties?: Readonly<Record<string, DocumentSchema>>;
  readonly allOf?: readonly DocumentSchema[];
  readonly anyOf?: readonly DocumentSchema[];
  readonly oneOf?: readonly DocumentSchema[];
  readonly if?: DocumentSchema;
  readonly then?: DocumentSchema;
  readonly else?: DocumentSchema;
}

export interface SchemaReader {
  resolve(reference: string): DocumentSchema;
  /** What was made of a reference by itself: most are used many times. */
  readonly known: Map<string, SchemaView>;
  /** A description as HTML. */
  prose(text: string): string;
}

/** A schema as a reader needs it: its type in words, its limits, and its fields all the way down. */
export function schemaView(reader: SchemaReader, given: DocumentSchema): SchemaView {
  const reference = Object.keys(given).length === 1 ? given.$ref : undefined;
  if (reference === undefined) return viewOf(reader, given);
  const view = reader.known.get(reference) ?? viewOf(reader, given);
  reader.known.set(reference, view);
  return view;
}

function viewOf(reader: SchemaReader, given: DocumentSchema): SchemaView {
  const schema = resolved(reader, given);
  const inner = innerOf(reader, schema);
  const holder = inner ?? schema;
  const isNullable = schema.isNullable;
  return {
    type: typeOf(schema, inner) + (isNullable ? ' or null' : ''),
    note: reader.prose(schema.description ?? inner?.description ?? ''),
    limits: limitsOf(schema, inner),
    values: valuesOf(holder),
    fields: fieldsOf(reader, holder),
    variants: variantsOf(reader, holder),
  };
}

export type ResolvedSchema = DocumentSchema & { readonly isNullable: boolean };

/** With what it refers to and all parts of an `allOf` in one; null is said beside the rest. */
function resolved(reader: SchemaReader, given: DocumentSchema): ResolvedSchema {
  let schema = given;
  while (schema.$ref !== undefined) {
    const { $ref, ...beside } = schema;
    schema = { ...reader.resolve($ref), ...beside };
  }
  const { allOf, ...rest } = schema;
  for (const part of allOf ?? []) schema = { ...resolved(reader, part), ...rest };
  const choices = schema.oneOf ?? schema.anyOf;
  const others = choices?.filter(({ type }) => type !== 'null');
  const types = [schema.type ?? []].flat();
  const isNullable = types.includes('null') || others?.length !== choices?.length;
  const [only, ...more] = others ?? [];
  if (choices !== undefined && only !== undefined && more.length === 0) {
    const { oneOf, anyOf, ...beside } = schema;
    return { ...resolved(reader, only), ...beside, isNullable };
  }
  const [type, ...moreTypes] = types.filter((each) => each !== 'null');
  return {
    ...schema,
    ...(type === undefined ? {} : { type: moreTypes.length === 0 ? type : [type, ...moreTypes] }),
    ...(others === undefined ? {} : { oneOf: others, anyOf: undefined }),
    isNullable,
  } as ResolvedSchema;
}

/** What an array or a map is of. */
function innerOf(reader: SchemaReader, schema: DocumentSchema): ResolvedSchema | null {
  if (schema.items !== undefined) return resolved(reader, schema.items);
  if (schema.properties !== undefined) return null;
  const { additionalProperties: of } = schema;
  return typeof of === 'object' ? resolved(reader, of) : null;
}

function fieldsOf(reader: SchemaReader, schema: DocumentSchema): FieldView[] {
  const required = new Set(schema.required);
  // What every branch says again is said there.
  if (schema.if !== undefined) return [];
  return Object.entries(schema.properties ?? {}).map(([name, field]) => ({
    ...schemaView(reader, field),
    name,
    isRequired: required.has(name),
  }));
}

function variantsOf(reader: SchemaReader, schema: DocumentSchema): VariantView[] {
  const branches = branchesOf(schema).filter((branch) => resolved(reader, branch).properties !== undefined);
  if (branches.length < 2) return [];
  const all = branches.map((branch) => resolved(reader, branch));
  const [first] = all;
  const key = Object.keys(first?.properties ?? {}).find((name) =>
    all.every(({ properties }) => valuesOf(properties?.[name] ?? {}).length > 0),
  );
  return all.map((branch, index) => ({
    ...schemaView(reader, branch),
    title:
      key === undefined
        ? nameOf(branches[index])
        : `${key}: ${valuesOf(branch.properties?.[key] ?? {}).join(', ')}`,
    isDeprecated: branch.deprecated === true,
  }));
}

function branchesOf({
  oneOf,
  if: condition,
  then: yes,
  else: no,
}: DocumentSchema): readonly DocumentSchema[] {
  if (condition === undefined) return oneOf ?? [];
  const others = no === undefined ? [] : branchesOf(no);
  return [yes, ...(others.length > 0 ? others : [no])].filter((branch) => branch !== undefined);
}

/** `LegacyRegistration`: Legacy registration. */
function nameOf(branch: DocumentSchema | undefined): string {
  const name = branch?.$ref?.split('/').at(-1) ?? 'Or';
  const words = name.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words;
}
