import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { dirname, join, matchesGlob, normalize } from 'node:path';
import { test } from 'node:test';
import ts from 'typescript';

/** What a container of the image is started with: by Compose and the manifests, or by hand as docs/operations.md says. */
const entries = [
  'api/server.ts',
  'temporal/worker.ts',
  'extraction/pool/child.ts',
  'extraction/check/child.ts',
  'temporal/bundle.ts',
  'temporal/buildBundle.ts',
  'workflows/index.ts',
  ...['createAdmin', 'extractor', 'import', 'migrate', 'setPassword'].map((name) => `commands/${name}.ts`),
  ...['verifyAudit', 'verifyCertificate', 'verifySysInfo'].map((name) => `commands/${name}.ts`),
];

/** What Docker makes of the lines: the last one that matches a path or a folder above it decides. */
async function readIgnored(): Promise<(path: string) => boolean> {
  const lines = (await readFile('.dockerignore', 'utf8'))
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  return (path) => {
    const parts = path.split('/');
    const prefixes = parts.map((_, index) => parts.slice(0, index + 1).join('/'));
    let isIgnored = false;
    for (const line of lines) {
      const pattern = line.replace(/^!/, '');
      if (prefixes.some((prefix) => matchesGlob(prefix, pattern))) isIgnored = !line.startsWith('!');
    }
    return isIgnored;
  };
}

/** Every file of the project that one of these imports, however far away. */
async function reachable(from: readonly string[]): Promise<Set<string>> {
  const found = new Set(from);
  for (const file of found) {
    const { importedFiles } = ts.preProcessFile(await readFile(file, 'utf8'), true, true);
    for (const { fileName } of importedFiles)
      if (/^\.{1,2}\/.*\.ts$/.test(fileName)) found.add(normalize(join(dirname(file), fileName)));
  }
  return found;
}

test('the image has every file that its processes and commands need', async () => {
  const isIgnored = await readIgnored();
  const needed = await reachable(entries);
  assert.ok(needed.size > 300, String(needed.size));
  assert.deepEqual([...needed].filter(isIgnored), []);
});

test('the image has neither tests nor what only developers and npm start run', async () => {
  const isIgnored = await readIgnored();
  for (const path of [
    ...['commands/demo.ts', 'commands/demo/play.ts', 'commands/seed.ts', 'commands/checkApi.ts'],
    ...[
      'commands/checkApiHooks.py',
      'commands/texts/texts.ts',
      'commands/dumpSchema.ts',
      'commands/start.ts',
    ],
    ...['commands/system/supervisor.ts', 'embedded/postgres.ts', 'test/support/run.ts', 'bench/main.ts'],
    ...['chaos/main.ts', 'ops/proxy/Caddyfile', '.env', 'secrets/tls_key'],
  ]) {
    assert.ok(isIgnored(path), path);
  }
});
