import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createContract, type Check } from '../../../api/http/contract/contract.ts';
import {
  follow,
  readDocument,
  type OperationObject,
  type Reference,
  type RequestBody,
  type ResponseObject,
} from '../../../api/http/contract/document.ts';

interface Example {
  readonly value: unknown;
}

interface MediaType {
  readonly schema?: object;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, Example | Reference>>;
}

const json = 'application/json';
const { document } = await readDocument();
const operations = createContract(document)
  .flatMap(({ operations }) => operations)
  .map((operation) => {
    const described = document.paths[operation.path]?.[operation.method];
    assert.ok(described);
    return { operation, described };
  });

test('every JSON body of a request has examples, and the service would take them', () => {
  let looked = 0;
  for (const { operation, described } of operations) {
    if (described.requestBody === undefined || operation.body === null) continue;
    const { content } = follow<RequestBody>(document, described.requestBody);
    assertExamples(operation.id, content[json], operation.body.check);
    looked++;
  }
  assert.ok(looked > 0);
});

test('every JSON answer of success has examples, and they are as its schema says', () => {
  let looked = 0;
  for (const { operation, described } of operations) {
    for (const [status, mediaType] of answersOfSuccess(described)) {
      const check = operation.checkResponse(status, json);
      assert.ok(check, operation.id);
      assertExamples(`${operation.id} ${status}`, mediaType, check);
      looked++;
    }
  }
  assert.ok(looked > 0);
});

function answersOfSuccess({ responses }: OperationObject): [number, MediaType][] {
  return Object.entries(responses).flatMap(([status, given]): [number, MediaType][] => {
    const mediaType = follow<ResponseObject>(document, given).content?.[json];
    return mediaType !== undefined && status.startsWith('2') ? [[Number(status), mediaType]] : [];
  });
}

function assertExamples(place: string, mediaType: MediaType | undefined, check: Check): void {
  const { example, examples = {} } = mediaType ?? {};
  const named = Object.values(examples).map((one) => follow<Example>(document, one).value);
  const all = [...(example === undefined ? [] : [example]), ...named];
  assert.ok(all.length > 0, `${place} has no example`);
  for (const one of all) assert.deepEqual(check(one), null, `${place}: ${JSON.stringify(one)}`);
}
