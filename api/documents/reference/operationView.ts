import { isPermission, permissionTable } from '../../../domain/accounts/permission.ts';
import { errorOfCode, errorTable } from '../../../domain/errors.ts';
import type {
  AnswerView,
  ExampleView,
  FieldView,
  OperationView,
  ParametersView,
} from '../../../views/pages/documents/reference.ts';
import { curlCommand } from '../../../views/pages/tasks/curlCommand.ts';
import {
  follow,
  type HeaderObject,
  type MediaType,
  type Method,
  type NamedExample,
  type OpenApiDocument,
  type OperationObject,
  type Parameter,
  type PathItem,
  type RequestBody,
  type ResponseObject,
} from '../../http/contract/document.ts';
import { codesIn } from './prose.ts';
import { schemaView, type DocumentSchema, type SchemaReader } from './schemaView.ts';

export interface OperationReader extends SchemaReader {
  readonly document: OpenApiDocument;
  /** Where the service is, for the examples. */
  readonly origin: string;
  readonly login: string;
  /** Names of headers that every operation takes: they are explained once, for all. */
  readonly common: ReadonlySet<string>;
}

const places = [
  { place: 'path', title: 'Path' },
  { place: 'query', title: 'Query parameters' },
  { place: 'header', title: 'Headers' },
] as const;
const errorsAnswer = '#/components/responses/Error';

/** All that a reader has to know of one operation. */
export function operationView(
  reader: OperationReader,
  path: string,
  item: PathItem,
  method: Method,
  operation: OperationObject,
): OperationView {
  const parameters = parametersOf(reader, item, operation);
  const body = bodyOf(reader, operation);
  const content = body?.content['application/json'];
  const address = (item.servers === undefined ? '/4' : '') + path;
  const view = {
    id: operation.operationId,
    method: method.toUpperCase(),
    address,
    title: operation.summary,
    note: reader.prose(operation.description ?? ''),
    isPublic: operation.security?.length === 0,
    roles: rolesOf(operation),
    parameters: places.flatMap(({ place, title }): ParametersView[] => {
      const fields = parameters
        .filter((parameter) => parameter.in === place && !reader.common.has(parameter.name))
        .map((parameter) => fieldOf(reader, parameter));
      return fields.length === 0 ? [] : [{ title, fields }];
    }),
    body:
      body === undefined || content === undefined
        ? null
        : {
            ...schemaView(reader, content.schema),
            about: reader.prose(body.description ?? ''),
            isRequired: body.required === true,
          },
    answers: answersOf(reader, operation),
  };
  const called = examplesOf(reader, content);
  return {
    ...view,
    codes: codesIn(JSON.stringify(view).replaceAll(/<[^>]*>/g, ' ')).map((code) => ({
      code,
      desc: meaningOf(code),
    })),
    curls: (called.length === 0 ? [{ title: '', value: undefined }] : called).map(({ title, value }) => ({
      title,
      text: curlCommand({
        method: view.method,
        url: reader.origin + addressWith(reader, address, parameters),
        login: view.isPublic ? null : reader.login,
        body: value,
      }),
    })),
  };
}

function rolesOf({ 'x-permission': permission }: OperationObject): readonly string[] {
  return isPermission(permission) ? permissionTable[permission].roles : [];
}

function parametersOf(
  { document }: Pick<OperationReader, 'document'>,
  item: PathItem,
  operation: OperationObject,
): Parameter[] {
  return [...(item.parameters ?? []), ...(operation.parameters ?? [])].map((each) =>
    follow<Parameter>(document, each),
  );
}

export function fieldOf(reader: SchemaReader, parameter: Omit<Parameter, 'in'>): FieldView {
  const { name, description, required, schema, example } = parameter;
  const described = {
    ...(schema as DocumentSchema),
    ...(description === undefined ? {} : { description }),
    ...(example === undefined ? {} : { example: shownExample(example) }),
  };
  return { ...schemaView(reader, described), name, isRequired: required === true };
}

function shownExample(example: unknown): unknown {
  return Array.isArray(example) ? example.join(',') : example;
}

function bodyOf({ document }: OperationReader, { requestBody }: OperationObject): RequestBody | undefined {
  return requestBody === undefined ? undefined : follow<RequestBody>(document, requestBody);
}

function answersOf(reader: OperationReader, { responses }: OperationObject): AnswerView[] {
  return Object.entries(responses)
    .filter(([, given]) => !('$ref' in given && given.$ref === errorsAnswer))
    .map(([status, given]) => {
      const answer = follow<ResponseObject>(reader.document, given);
      const types = Object.entries(answer.content ?? {});
      return {
        status,
        note: reader.prose(answer.description),
        types: types.map(([type]) => type),
        headers: Object.entries(answer.headers ?? {})
          .filter(([name]) => !reader.common.has(name))
          .map(([name, header]) =>
            fieldOf(reader, { name, ...follow<HeaderObject>(reader.document, header) }),
          ),
        schemas: types.flatMap(([type, { schema }]) =>
          schema === undefined ? [] : [{ ...schemaView(reader, schema as DocumentSchema), title: type }],
        ),
        examples: types.flatMap(([, content]) =>
          examplesOf(reader, content).map(({ title, value }): ExampleView => ({
            title,
            text: typeof value === 'string' ? value : JSON.stringify(value, null, 2),
          })),
        ),
      };
    });
}

function examplesOf({ document }: OperationReader, content: MediaType | undefined) {
  if (content === undefined) return [];
  const named = Object.values(content.examples ?? {}).map((given) => {
    const { summary = '', value } = follow<NamedExample>(document, given);
    return { title: summary, value };
  });
  return content.example === undefined ? named : [{ title: '', value: content.example }, ...named];
}

/** The address with an example of each parameter that has to be there. */
function addressWith(reader: OperationReader, address: string, parameters: readonly Parameter[]): string {
  const query = new URLSearchParams();
  let filled = address;
  for (const parameter of parameters) {
    const value = exampleOf(reader, parameter);
    if (parameter.in === 'path') filled = filled.replace(`{${parameter.name}}`, encodeURIComponent(value));
    if (parameter.in === 'query' && parameter.required === true) query.set(parameter.name, value);
  }
  return query.size === 0 ? filled : `${filled}?${query.toString()}`;
}

function exampleOf({ document }: OperationReader, { example, schema }: Parameter): string {
  const value = example ?? (follow(document, schema) as DocumentSchema).example;
  return typeof value === 'string' ? value : JSON.stringify(value ?? 1);
}

function meaningOf(code: number): string {
  const name = errorOfCode(code);
  return name === undefined ? '' : errorTable[name].desc;
}
