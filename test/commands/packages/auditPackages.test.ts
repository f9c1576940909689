import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { createGunzip } from 'node:zlib';
import { acceptedFindings } from '../../../commands/packages/judgeFindings.ts';
import { createTestFolder, type TestFolder } from '../../support/folder.ts';
import { runToEnd } from '../../support/runToEnd.ts';
import { closeServer } from '../../support/servers/closeServer.ts';

const advisory = 'GHSA-aaaa-bbbb-cccc';
const accepted = { advisory, package: 'express', reason: 'the part that is concerned is not used here' };

let folder: TestFolder;
let registry: Server;
let severity: 'high' | 'moderate' | 'away' = 'high';
const asked = new Set<string>();

/** A registry that knows one fault, of express, and answers nothing else. */
before(async () => {
  folder = await createTestFolder('audit');
  registry = createServer((request, response) => {
    const isQuestion = request.url === '/-/npm/v1/security/advisories/bulk' && request.method === 'POST';
    if (!isQuestion || severity === 'away') {
      request.resume();
      response.writeHead(404).end('{}');
      return;
    }
    const body = request.headers['content-encoding'] === 'gzip' ? request.pipe(createGunzip()) : request;
    void text(body).then((question) => {
      for (const name of Object.keys(JSON.parse(question) as object)) asked.add(name);
      const finding = { id: 1, url: `https://github.com/advisories/${advisory}`, title: 'A fault', severity };
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify({ express: [{ ...finding, vulnerable_versions: '*' }] }));
    });
  }).listen(0, '127.0.0.1');
  await once(registry, 'listening');
});
after(async () => {
  await closeServer(registry);
  await folder.remove();
});

async function audit(list: readonly object[]): Promise<{ code: number; output: string }> {
  const file = join(folder.path, 'accepted.json');
  await writeFile(file, JSON.stringify(list));
  return runToEnd(process.execPath, ['commands/auditPackages.ts', '--accepted', file], {
    npm_config_registry: `http://127.0.0.1:${(registry.address() as AddressInfo).port}`,
    // npm keeps what it has been told about an advisory.
    npm_config_cache: join(folder.path, `cache-${randomUUID()}`),
    npm_config_fetch_retries: '0',
  });
}

test('a serious fault of a package that is shipped stops the build and is named', async () => {
  severity = 'high';
  const { code, output } = await audit([]);
  assert.equal(code, 1, output);
  assert.match(output, /express: A fault \(high, https:\/\/github\.com\/advisories\/GHSA-aaaa-bbbb-cccc\)/);
  assert.ok(asked.has('pg'), 'the registry is asked for what is shipped');
  assert.ok(!asked.has('eslint'), 'it is not asked for what only developers use');
});

test('an accepted fault stops no build, until its day is over', async () => {
  severity = 'high';
  const lasting = await audit([{ ...accepted, until: '9999-12-31' }]);
  assert.equal(lasting.code, 0, lasting.output);
  const over = await audit([{ ...accepted, until: '2026-01-31' }]);
  assert.equal(over.code, 1);
  assert.match(over.output, /GHSA-aaaa-bbbb-cccc express: was accepted until 2026-01-31 only/);
});

test('a lesser fault stops no build, and an acceptance that fits nothing any more does', async () => {
  severity = 'moderate';
  assert.equal((await audit([])).code, 0);
  const { code, output } = await audit([{ ...accepted, until: '9999-12-31' }]);
  assert.equal(code, 1);
  assert.match(output, /accepted, but no longer found/);
});

test('a registry that does not answer stops no build, and the build says so', async () => {
  severity = 'away';
  const { code, output } = await audit([]);
  assert.equal(code, 0, output);
  assert.match(output, /Left out: the registry did not answer about vulnerabilities/);
});

test('the list of accepted findings can be read, each with its reason and its day', async () => {
  const list = JSON.parse(await readFile('.ci/accepted-findings.json', 'utf8')) as unknown;
  acceptedFindings.parse(list);
  for (const wrong of [
    { ...accepted },
    { ...accepted, until: 'soon' },
    { ...accepted, reason: 'later', until: '2027-01-31' },
  ])
    assert.equal(acceptedFindings.safeParse([wrong]).success, false, JSON.stringify(wrong));
});
