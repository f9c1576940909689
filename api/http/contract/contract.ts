import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import {
  follow,
  methods,
  type Method,
  type OpenApiDocument,
  type OperationObject,
  type Parameter,
  type PathItem,
  type RequestBody,
  type ResponseObject,
  type Schema,
} from './document.ts';
import { isPermission, type Permission } from '../../../domain/accounts/permission.ts';
import { typedFormats } from './typedFaults.ts';

/** Null when the value is as the document says, else what is wrong with it, the first fault first. */
export type Check = (value: unknown) => readonly ErrorObject[] | null;

export interface ParameterRule {
  readonly name: string;
  readonly isRequired: boolean;
  readonly schema: Schema;
  readonly items: Schema | undefined;
}

export interface Operation {
  readonly id: string;
  readonly method: Method;
  /** As in the document: `/tasks/{task_id}`. */
  readonly path: string;
  readonly isPublic: boolean;
  /** null: of a public operation. */
  readonly permission: Permission | null;
  /** It counts for a limit of its own (docs/security.md). */
  readonly isCostly: boolean;
  readonly pathParameters: readonly ParameterRule[];
  readonly queryParameters: readonly ParameterRule[];
  readonly checkPath: Check;
  readonly checkQuery: Check;
  /** Everything that is wrong with what a person has typed; the others stop at the first fault. */
  readonly checkTypedQuery: Check;
  readonly body: BodyRule | null;
  /** `undefined` for a status or media type that the document does not know. */
  checkResponse(status: number, mediaType: string): Check | undefined;
}

export interface BodyRule {
  readonly isRequired: boolean;
  readonly faultNames: Readonly<Record<string, string>>;
  readonly check: Check;
  readonly checkTyped: Check;
}

export interface ContractPath {
  readonly path: string;
  /** Whether it is served without the version's prefix only. */
  readonly isUnprefixed: boolean;
  readonly operations: readonly Operation[];
}

/** The OpenAPI document as rules: its operations by path, literal segments before variable ones. */
export function createContract(document: OpenApiDocument): readonly ContractPath[] {
  const compile = createCompiler(document);
  // Whoever lists every fault of any body does the more work the more is wrong with it: for forms alone.
  const compileTyped = createCompiler(document, true);
  return Object.entries(document.paths)
    .sort(([a], [b]) => literalFirst(a, b))
    .map(([path, item]) => ({
      path,
      isUnprefixed: item.servers !== undefined,
      operations: methods.flatMap((method) => {
        const operation = item[method];
        return operation === undefined
          ? []
          : [toOperation(document, { compile, compileTyped }, path, item, method, operation)];
      }),
    }));
}

function literalFirst(a: string, b: string): number {
  const sortable = (path: string) => path.replaceAll(/\{\w+\}/g, '~');
  return sortable(a) < sortable(b) ? -1 : 1;
}

const domainFormats = ['filter-time', 'cron', 'time-zone', 'notification-url', 'secret-name', 'login'];

type Compile = (schema: object) => Check;

interface Compilers {
  readonly compile: Compile;
  readonly compileTyped: Compile;
}

/** Checks are compiled when they are first asked: all at once they were a fifth of the work of a start. */
function createCompiler(document: OpenApiDocument, isTyped = false): Compile {
  let ajv: Ajv2020 | undefined;
  return (schema) => {
    let validate: ValidateFunction | undefined;
    return (value) => {
      ajv ??= createAjv(document, isTyped);
      validate ??= ajv.compile(absolute(schema));
      return validate(value) ? null : [...(validate.errors ?? [])];
    };
  };
}

function createAjv(document: OpenApiDocument, isTyped: boolean): Ajv2020 {
  // Strict mode refuses OpenAPI's own words (example, discriminator's mapping …), which the linter looks after.
  const ajv = new Ajv2020({
    ...{ strict: false, discriminator: true, validateSchema: false },
    ...{ allErrors: isTyped, verbose: isTyped },
  });
  addFormats.default(ajv);
  // The domain reads these, and tells better what is wrong with them.
  for (const format of domainFormats) ajv.addFormat(format, true);
  if (isTyped) for (const [format, isIt] of Object.entries(typedFormats)) ajv.addFormat(format, isIt);
  ajv.addSchema(absolute(document), 'openapi');
  return ajv;
}

/**
 * References of the document made to work from schemas that are compiled by themselves. Discriminators lose their
 * mappings, which ajv refuses: the constants of the branches say the same.
 */
function absolute<T extends object>(schema: T): T {
  const text = JSON.stringify(schema, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && 'propertyName' in value && 'mapping' in value
      ? { propertyName: value.propertyName }
      : value,
  );
  return JSON.parse(text.replaceAll('"$ref":"#/', '"$ref":"openapi#/')) as T;
}

function toOperation(
  document: OpenApiDocument,
  { compile, compileTyped }: Compilers,
  path: string,
  item: PathItem,
  method: Method,
  operation: OperationObject,
): Operation {
  const parameters = [...(item.parameters ?? []), ...(operation.parameters ?? [])].map((parameter) =>
    follow<Parameter>(document, parameter),
  );
  const rules = (place: Parameter['in']): ParameterRule[] =>
    parameters
      .filter((parameter) => parameter.in === place)
      .map(({ name, required, schema }) => {
        const rule = follow<Schema>(document, schema);
        const items = rule.items === undefined ? undefined : follow<Schema>(document, rule.items);
        return { name, isRequired: required === true, schema: rule, items };
      });
  const pathParameters = rules('path');
  const queryParameters = rules('query');
  return {
    id: operation.operationId,
    method,
    path,
    isPublic: operation.security?.length === 0,
    permission: permissionOf(operation),
    isCostly: operation['x-limit'] === 'costly',
    pathParameters,
    queryParameters,
    checkPath: compile(objectOf(pathParameters)),
    checkQuery: compile(objectOf(queryParameters)),
    checkTypedQuery: compileTyped(objectOf(queryParameters)),
    body:
      operation.requestBody === undefined
        ? null
        : bodyRule(document, { compile, compileTyped }, operation.requestBody),
    checkResponse: responseChecks(document, compile, operation),
  };
}

/** One that somebody forgot would be open to every role: the service does not start with it. */
function permissionOf(operation: OperationObject): Permission | null {
  const permission = operation['x-permission'];
  if (operation.security?.length === 0 && permission === undefined) return null;
  if (!isPermission(permission))
    throw new Error(`${operation.operationId} of the OpenAPI document has no x-permission`);
  return permission;
}

function objectOf(parameters: readonly ParameterRule[]): object {
  return {
    type: 'object',
    properties: Object.fromEntries(parameters.map(({ name, schema }) => [name, schema])),
    required: parameters.filter(({ isRequired }) => isRequired).map(({ name }) => name),
    additionalProperties: false,
  };
}

function bodyRule(
  document: OpenApiDocument,
  { compile, compileTyped }: Compilers,
  given: NonNullable<OperationObject['requestBody']>,
): BodyRule {
  const body = follow<RequestBody>(document, given);
  const schema = body.content['application/json']?.schema;
  if (schema === undefined) throw new Error('a request body of the OpenAPI document is not application/json');
  return {
    isRequired: body.required === true,
    faultNames: body['x-fault-names'] ?? {},
    check: compile(schema),
    checkTyped: compileTyped(schema),
  };
}

function responseChecks(
  document: OpenApiDocument,
  compile: Compile,
  operation: OperationObject,
): Operation['checkResponse'] {
  const compiled = new Map<object, Check>();
  return (status, mediaType) => {
    const given = operation.responses[status] ?? operation.responses[`${Math.floor(status / 100)}XX`];
    if (given === undefined) return undefined;
    const content = follow<ResponseObject>(document, given).content?.[mediaType];
    if (content === undefined) return undefined;
    if (content.schema === undefined) return () => null;
    const check = compiled.get(content.schema) ?? compile(content.schema);
    compiled.set(content.schema, check);
    return check;
  };
}
