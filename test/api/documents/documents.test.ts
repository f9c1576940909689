import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '../../../platform/config.ts';
import { settings } from '../../../platform/settings/settings.ts';
import { showSettings } from '../../../platform/settings/shownSettings.ts';
import { startApiServer } from '../../support/servers/apiServer.ts';
import { createClient } from '../../support/servers/documentedClient.ts';
import { openApi } from '../../support/servers/openApi.ts';

const { api, call: asRoot } = await openApi();
const asNobody = await createClient(api.url, {});

test('the manual is found at its address, and every link and picture of it leads somewhere', async () => {
  const first = await asNobody('GET', '/docs/dev');
  assert.deepEqual([first.status, first.headers.get('location')], [302, '/docs/dev/index.html']);
  const seen = new Set<string>();
  const waiting = ['/docs/dev/index.html'];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    const answer = await fetch(api.url + path);
    assert.equal(answer.status, 200, path);
    if (!path.startsWith('/docs/dev/') || !path.endsWith('.html')) {
      await answer.arrayBuffer();
      continue;
    }
    const html = await answer.text();
    if (path === '/docs/dev/operations.html') {
      assert.match(html, /<a href="#runbook">/, 'a long page leads to its chapters');
      assert.match(html, /<h3 id="lunaapidown">/, 'an alert leads to its entry');
    }
    assert.match(html, /<h1/, path);
    for (const [, link = ''] of html.matchAll(/(?:href|src)="([^"]+)"/g)) {
      const { pathname, origin, hash }: URL = new URL(link, api.url + path);
      if (hash !== '' && pathname === path) assert.ok(html.includes(`id="${hash.slice(1)}"`), link);
      // The mark in the corner leads home, which asks strangers to log in.
      if (origin === api.url && pathname !== '/') waiting.push(pathname);
    }
  }
  assert.ok(seen.has('/docs/dev/architecture.html'));
  assert.ok(seen.has('/docs/dev/operations.html'));
  assert.ok([...seen].some((path) => /^\/docs\/dev\/decisions\/0001-.*\.html$/.test(path)));
  const missing = await asNobody('GET', '/docs/dev/nothing.html');
  assert.deepEqual([missing.status, missing.body.error_code], [404, 12013]);
  const posted = await asNobody('POST', '/docs/dev/index.html');
  assert.deepEqual([posted.status, posted.headers.get('allow')], [405, 'GET, HEAD, OPTIONS']);
});

test('settings are shown to administrators, by section, without a secret', async () => {
  assert.equal((await asNobody('GET', '/config')).status, 401);
  for (const path of ['/config', '/4/config']) {
    for (const accept of ['*/*', 'application/json']) {
      const answer = await asRoot('GET', path, { headers: { accept } });
      assert.equal(answer.status, 200);
      const config = answer.body as unknown as Record<string, Record<string, unknown>>;
      assert.ok(config['INFLUX_MONITORING']);
      assert.equal(config['HTTP_SERVER']?.['SESSION_SECRET'], '*****');
      assert.equal(config['DATABASE']?.['DATABASE_URL'], '*****');
      const shown = Object.values(config).flatMap((section) => Object.keys(section));
      assert.deepEqual(
        Object.keys(settings).filter((name) => !shown.includes(name)),
        [],
      );
    }
    const text = await asRoot('GET', path, { headers: { accept: 'text/plain' } });
    assert.match(text.headers.get('content-type') ?? '', /^text\/plain/);
    assert.match(text.body as unknown as string, /INFLUX_MONITORING/);
    assert.doesNotMatch(text.body as unknown as string, /hidden/);
    const other = await asRoot('GET', path, { headers: { accept: 'image/png' } });
    assert.deepEqual([other.status, other.body.error_code], [406, 12023]);
  }
  const shown = showSettings(loadConfig({ IMAGE_STORE: 'folder:https://user:hidden@store.example.org' }));
  assert.equal(shown['IMAGE_STORE'], 'folder:https://*****@store.example.org');
});

test('an installation may show its settings to everybody', async () => {
  const open = await startApiServer({ configPublic: true });
  try {
    const call = await createClient(open.url, {});
    assert.equal((await call('GET', '/4/config')).status, 200);
    assert.equal((await call('GET', '/4/luna_sys_info')).status, 401);
  } finally {
    await open.close();
  }
});
