import type { ReferenceInput } from '../../../views/pages/documents/reference.ts';
import { curlCommand } from '../../../views/pages/tasks/curlCommand.ts';
import { follow, methods, type OpenApiDocument, type Parameter } from '../../http/contract/document.ts';
import { fieldOf, operationView, type OperationReader } from './operationView.ts';
import { createProse } from './prose.ts';
import { schemaView, type DocumentSchema } from './schemaView.ts';

const commonHeaders = ['RequestId', 'ExcludeHeader'];
const login = 'root@visionlabs.ai';

/** The OpenAPI document as its page shows it; `origin`: where the examples send their requests. */
export function referenceInput(document: OpenApiDocument, origin: string): ReferenceInput {
  const { info, paths, components, tags } = document;
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    methods.flatMap((method) => {
      const operation = item[method];
      return operation === undefined ? [] : [{ path, item, method, operation }];
    }),
  );
  const ids = new Map(
    operations.map(({ path, method, operation }) => [
      `${method.toUpperCase()} ${path}`,
      operation.operationId,
    ]),
  );
  const common = commonHeaders.map((name) => components['parameters']?.[name] as Parameter);
  const reader: OperationReader = {
    ...{ document, origin, login },
    known: new Map(),
    resolve: ($ref) => follow<DocumentSchema>(document, { $ref }),
    prose: createProse((address) => ids.get(address)),
    common: new Set(common.map(({ name }) => name)),
  };
  const { example } = contentOf(components['responses']?.['Error']);
  return {
    ...{ title: info.title, version: info.version, note: reader.prose(info.description), origin },
    credentials: Object.values(components['securitySchemes'] ?? {}).map((scheme) => {
      const { type, name, description = '' } = scheme as Record<string, string>;
      return {
        name: type === 'http' ? 'Basic authentication' : `Session cookie ${name}`,
        note: reader.prose(description),
      };
    }),
    headers: common.map((header) => fieldOf(reader, header)),
    error: schemaView(reader, { $ref: '#/components/schemas/Error' }),
    errorExample: JSON.stringify(example, null, 2),
    groups: tags.map(({ name, description }) => ({
      id: `tag-${name}`,
      title: name.charAt(0).toUpperCase() + name.slice(1),
      note: reader.prose(description),
      operations: operations
        .filter(({ operation }) => operation.tags.includes(name))
        .map(({ path, item, method, operation }) => operationView(reader, path, item, method, operation)),
    })),
    download: `${curlCommand({ method: 'GET', url: `${origin}/docs/spec`, login: null })} \\\n  --output openapi.yaml`,
  };
}

function contentOf(answer: unknown): { readonly example?: unknown } {
  const { content } = answer as { content: Record<string, { example?: unknown }> };
  return content['application/json'] ?? {};
}
