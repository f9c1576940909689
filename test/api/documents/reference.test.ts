import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  follow,
  methods,
  readDocument,
  type OpenApiDocument,
  type Parameter,
} from '../../../api/http/contract/document.ts';
import { errorTable } from '../../../domain/errors.ts';
import { openApi } from '../../support/servers/openApi.ts';
import { launchBrowser, type LaunchedBrowser } from '../../support/browser/browser.ts';
import { createVisitor } from '../../support/browser/visitor.ts';

const { api } = await openApi();
const { document } = await readDocument();
let html: string;
let launched: LaunchedBrowser;
before(async () => {
  html = await (await fetch(`${api.url}/docs/spec`, { headers: { accept: 'text/html' } })).text();
  launched = await launchBrowser();
});
after(() => launched.close());

const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  methods.flatMap((method) => {
    const operation = item[method];
    return operation === undefined ? [] : [{ path, item, method, operation }];
  }),
);

/** What the page shows of an operation. */
function partOf(id: string): string {
  const [part] = html.split('<article').filter((each) => each.includes(`<h3 id="${id}">`));
  return part ?? assert.fail(`${id} is not on the page`);
}

/** Every name of a field anywhere in it, by a walk that knows nothing of how the page is made. */
function propertiesOf(of: OpenApiDocument, node: unknown, seen = new Set<unknown>()): Set<string> {
  const names = new Set<string>();
  if (typeof node !== 'object' || node === null || seen.has(node)) return names;
  seen.add(node);
  const add = (more: unknown): void => propertiesOf(of, more, seen).forEach((name) => names.add(name));
  if ('$ref' in node) add(follow(of, node as { $ref: string }));
  for (const [key, value] of Object.entries(node)) {
    if (key === 'properties') Object.keys(value as object).forEach((name) => names.add(name));
    if (!['example', 'examples', 'discriminator'].includes(key)) add(value);
  }
  return names;
}

function shows(part: string, name: string): boolean {
  return part.includes(`<code class="field-name">${name}</code>`);
}

test('every operation of the document stands on the page with its method, address, words and a command', () => {
  assert.ok(operations.length >= 50, `only ${operations.length}`);
  for (const { path, item, method, operation } of operations) {
    const part = partOf(operation.operationId);
    const address = (item.servers === undefined ? '/4' : '') + path;
    assert.ok(part.includes(`>${method.toUpperCase()}</span> <code>${address}</code>`), address);
    assert.ok(part.includes(operation.summary), operation.summary);
    assert.ok(html.includes(`href="#${operation.operationId}"`), 'the contents lead to it');
    assert.match(part, /curl &#39;http:\/\/127\.0\.0\.1:\d+\/[^{}]+?&#39;/);
    const begins = (operation.description ?? '').split(/[`\d]/)[0]?.slice(0, 40).replaceAll('\n', ' ') ?? '';
    assert.ok(part.includes(begins.replaceAll("'", '&#39;').trim()), `${operation.operationId}: ${begins}`);
  }
});

test('every parameter, every field of a body and every field of an answer stands with its operation', () => {
  let fields = 0;
  for (const { item, operation } of operations) {
    const part = partOf(operation.operationId);
    for (const given of [...(item.parameters ?? []), ...(operation.parameters ?? [])]) {
      const { name } = follow<Parameter>(document, given);
      const isCommon = ['Luna-Request-Id', 'Exclude-Header'].includes(name);
      assert.ok(shows(isCommon ? html : part, name), `${operation.operationId}: ${name}`);
    }
    const answers = Object.entries(operation.responses).filter(([status]) => /^[123]\d\d$/.test(status));
    for (const node of [operation.requestBody, ...answers.map(([, answer]) => answer)]) {
      for (const name of propertiesOf(document, node)) {
        assert.ok(shows(part, name), `${operation.operationId}: ${name}`);
        fields++;
      }
    }
    for (const [status] of answers) assert.ok(shows(part, status), `${operation.operationId}: ${status}`);
  }
  assert.ok(fields > 500, `only ${fields}`);
});

test('every error code that the document names leads to what can be done', () => {
  const known = new Set(Object.values(errorTable).map(({ code }) => String(code)));
  const words: string[] = [];
  JSON.stringify(document, (key, value: unknown) => {
    if (key === 'description' && typeof value === 'string') words.push(value);
    return value;
  });
  const named = [...new Set(words.join(' ').match(/\b\d{5}\b/g))].filter((code) => known.has(code));
  assert.ok(named.length > 8);
  for (const code of named) assert.ok(html.includes(`href="/docs/errors#${code}"`), code);
});

test('limits, defaults and choices are told in words', () => {
  const tasks = partOf('getTasks');
  assert.match(tasks, /1 to 1,000 · default 10/);
  assert.match(tasks, /<span class="soft">One of<\/span> <code>0<\/code>, <code>1<\/code>/);
  const gc = partOf('createGcTask');
  assert.match(gc, /<code>target: face_descriptors<\/code>/);
  assert.match(gc, /content<\/code><span class="soft small">object<\/span><span class="[^"]+">required/);
  assert.match(partOf('createSchedule'), /<code>task_type: 5<\/code>/);
  assert.match(partOf('controlTask'), /<code>action: throttle<\/code>/);
});

test('the page works without scripts, and its links lead to an operation', async () => {
  const { page, complaints, close } = await createVisitor(launched.browser, {
    ...{ url: api.url, javaScriptEnabled: false, reducedMotion: 'reduce' },
  });
  try {
    await page.goto('/docs/spec');
    await page.getByRole('navigation', { name: 'Contents' }).getByText('Create and start a gc task').click();
    const title = page.getByRole('heading', { name: 'Create and start a gc task' });
    assert.equal(new URL(page.url()).hash, '#createGcTask');
    const { y = 0 } = (await title.boundingBox()) ?? {};
    assert.ok(y >= 0 && y < 200, `it stands at ${y}`);
    assert.deepEqual(complaints, []);
  } finally {
    await close();
  }
});

test('a small screen folds the contents, and a command is copied', async () => {
  const { page, complaints, close } = await createVisitor(launched.browser, {
    ...{
      url: api.url,
      viewport: { width: 390, height: 800 },
      permissions: ['clipboard-write', 'clipboard-read'],
    },
  });
  try {
    await page.goto('/docs/spec#createGcTask');
    const entry = page.getByRole('navigation', { name: 'Contents' }).getByText('Create and start a gc task');
    assert.equal(await entry.isVisible(), false);
    const example = page
      .locator('#createGcTask')
      .locator('xpath=ancestor::article')
      .locator('figure')
      .first();
    await example.getByRole('button').click();
    await example.getByText('Copied').waitFor();
    const copied = await page.evaluate<string>('navigator.clipboard.readText()');
    assert.match(copied, /^curl '.*\/4\/tasks\/gc' \\\n {2}--user/);
    assert.deepEqual(complaints, []);
  } finally {
    await close();
  }
});

test('each answer has a nonce of its own, and examples for the address at which the service was found', async () => {
  const again = await (await fetch(`${api.url}/docs/spec`, { headers: { accept: 'text/html' } })).text();
  const nonceOf = (text: string) => /nonce="([^"]+)"/.exec(text)?.[1] ?? assert.fail();
  assert.notEqual(nonceOf(again), nonceOf(html));
  assert.equal(again.replaceAll(nonceOf(again), nonceOf(html)), html);
  assert.ok(html.includes(`curl &#39;${api.url}/4/tasks`));
});
