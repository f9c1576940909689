import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openApi } from '../../support/servers/openApi.ts';
import { launchBrowser, type LaunchedBrowser } from '../../support/browser/browser.ts';
import { createVisitor } from '../../support/browser/visitor.ts';

const { api } = await openApi();
let launched: LaunchedBrowser;
before(async () => void (launched = await launchBrowser()));
after(() => launched.close());

async function find(text: string) {
  const answer = await fetch(`${api.url}/docs/search?q=${encodeURIComponent(text)}`);
  assert.equal(answer.status, 200, text);
  const html = await answer.text();
  const hits = [...html.matchAll(/<p class="flow"><a href="([^"]+)">/g)];
  return { html, hits: hits.map(([, href]) => ({ href })) };
}

test('what people look for is among the first hits, with a link to its place', async () => {
  for (const [text, href] of [
    ['create gc task', '/docs/spec#createGcTask'],
    ['createGcTask', '/docs/spec#createGcTask'],
    ['28038', '/docs/errors#28038'],
    ['LunaNoWorker', '/docs/dev/operations.html#lunanoworker'],
    ['backup', '/docs/dev/operations.html#backup-and-restore'],
    ['verify webhook signature', '/docs/dev/operations.html#webhooks'],
    ['webhok', '/docs/dev/operations.html#webhooks'],
    ['undo window', '/docs/dev/decisions/0042-what-is-removed-can-be-put-back.html#'],
  ] as const) {
    const { hits } = await find(text);
    const first = hits.slice(0, 8).map((hit) => hit.href ?? '');
    assert.ok(
      first.some((each) => each.startsWith(href.replace(/#$/, ''))),
      `${text}: ${first.join(' ')}`,
    );
  }
});

test('every hit leads to a place that exists', async () => {
  const pages = new Map<string, string>();
  for (const text of ['task', 'network', 'lock', 'password', 'the']) {
    const { hits } = await find(text);
    assert.ok(hits.length > 5, text);
    for (const { href = '' } of hits) {
      const [path = '', id = ''] = href.split('#');
      const answer = await fetch(api.url + path, { headers: { accept: 'text/html' } });
      const html = pages.get(path) ?? (await answer.text());
      pages.set(path, html);
      assert.ok(html.includes(`id="${id}"`), href);
    }
  }
});

test('nothing found, nothing asked, and markup in the words are answered with a page', async () => {
  assert.match((await find('xyzzyplugh')).html, /Nothing found/);
  assert.doesNotMatch((await find('   ')).html, /Nothing found/);
  const evil = await find('<img src=x onerror=1> $& [a-z]+ \\');
  assert.ok(!evil.html.includes('<img src=x'));
  assert.equal((await fetch(`${api.url}/docs/search?q=a&q=b`)).status, 200);
  assert.equal((await fetch(`${api.url}/docs/search?q=${'word '.repeat(2_000)}`)).status, 200);
  const posted = await fetch(`${api.url}/docs/search`, { method: 'POST' });
  assert.deepEqual([posted.status, posted.headers.get('allow')], [405, 'GET, HEAD, OPTIONS']);
});

test('the search works from the reference, without scripts', async () => {
  const { page, complaints, close } = await createVisitor(launched.browser, {
    ...{ url: api.url, javaScriptEnabled: false },
  });
  try {
    await page.goto('/docs/spec');
    await page.getByRole('searchbox').fill('idempotency');
    await page.keyboard.press('Enter');
    await page
      .getByRole('link', { name: /Create and start a gc task|Idempotency/ })
      .first()
      .waitFor();
    assert.ok((await page.locator('mark').count()) > 0, 'what was found is marked');
    assert.deepEqual(complaints, []);
  } finally {
    await close();
  }
});
