import { readFile } from 'node:fs/promises';
import { load } from 'js-yaml';

/** The parts of an OpenAPI 3.1 document that this service reads at run time. */
export interface OpenApiDocument {
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, PathItem>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
export const methods: readonly Method[] = ['get', 'post', 'put', 'patch', 'delete'];

export interface PathItem extends Readonly<Partial<Record<Method, OperationObject>>> {
  readonly servers?: readonly { readonly url: string }[];
  readonly parameters?: readonly (Parameter | Reference)[];
}

export interface OperationObject {
  readonly operationId: string;
  /** What an account needs for it; see domain/accounts/permission.ts. */
  readonly 'x-permission'?: string;
  readonly 'x-limit'?: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly security?: readonly object[];
  readonly parameters?: readonly (Parameter | Reference)[];
  readonly requestBody?: RequestBody | Reference;
  readonly responses: Readonly<Record<string, ResponseObject | Reference>>;
}

export interface Reference {
  readonly $ref: string;
}

export interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly default?: unknown;
  readonly items?: Schema | Reference;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'query' | 'path' | 'header' | 'cookie';
  readonly description?: string;
  readonly required?: boolean;
  readonly schema: Schema | Reference;
  readonly example?: unknown;
}

/** A body of one media type, with one example or some. */
export interface MediaType {
  readonly schema?: object;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, NamedExample | Reference>>;
}

export interface NamedExample {
  readonly summary?: string;
  readonly value: unknown;
}

export interface RequestBody {
  readonly required?: boolean;
  readonly description?: string;
  readonly content: Readonly<Record<string, MediaType & { readonly schema: object }>>;
  /** Under which names faults of these fields are told; ours. */
  readonly 'x-fault-names'?: Readonly<Record<string, string>>;
}

export interface ResponseObject {
  readonly description: string;
  readonly headers?: Readonly<Record<string, HeaderObject | Reference>>;
  readonly content?: Readonly<Record<string, MediaType>>;
}

export type HeaderObject = Pick<Parameter, 'description' | 'schema' | 'example'>;

const documentFile = new URL('../../openapi.yaml', import.meta.url);

export async function readDocument(): Promise<{ text: string; document: OpenApiDocument }> {
  const text = await readFile(documentFile, 'utf8');
  return { text, document: load(text) as OpenApiDocument };
}

/** Follows `$ref`s inside the document, as far as they lead. */
export function follow<T extends object>(document: OpenApiDocument, node: T | Reference): T {
  let current: T | Reference = node;
  while ('$ref' in current) {
    const steps = current.$ref.split('/').slice(1);
    let found: unknown = document;
    for (const step of steps) found = (found as Record<string, unknown>)[step];
    if (found === undefined) throw new Error(`the OpenAPI document has no ${current.$ref}`);
    current = found as T | Reference;
  }
  return current;
}
