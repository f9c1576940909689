import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { settings } from '../../platform/settings/settings.ts';
import { readManifests } from './deployments.ts';

/** The table of docs/operations.md, row by row. */
async function readTable(): Promise<string[][]> {
  const [, section = ''] = (await readFile('docs/operations.md', 'utf8')).split('\n## Network connections\n');
  const lines = (section.split('\n## ')[0] ?? '').split('\n').filter((line) => line.startsWith('|'));
  return lines.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

test('every setting that says where a connection comes from or leads to is in the table of connections', async () => {
  const table = await readTable();
  assert.ok(table.length > 10);
  const told = new Set(
    table.flatMap((row) => [...(row[5] ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name)),
  );
  const connecting = Object.keys(settings).filter((name) =>
    /(^|_)(URL|ADDRESS|HOSTS?|PORT|ISSUER|EXTRACTORS|EXTRACTORS_FILE|STORE|PROXY|CA)$/.test(name),
  );
  assert.ok(connecting.length > 12);
  // Of the embedded server, on loopback only; and what another row has with its address.
  const others = new Set(['TEMPORAL_TLS_CA']);
  assert.deepEqual(
    connecting.filter((name) => !told.has(name) && !others.has(name)),
    [],
  );
  assert.deepEqual(
    [...told].filter((name) => !(name !== undefined && name in settings)),
    [],
    'the table names settings that exist',
  );
});

test('every port that a network policy opens is in the table of connections', async () => {
  const ports = (await readTable()).map((row) => row[2] ?? '').join(' ');
  const policies = (await readManifests()).filter(({ kind }) => kind === 'NetworkPolicy');
  const opened = [...JSON.stringify(policies).matchAll(/"port":(\d+)/g)].map(([, port = '']) => port);
  assert.ok(opened.length > 4);
  for (const port of new Set(opened))
    if (port !== '53') assert.match(ports, new RegExp(`\\b${port}\\b`), `port ${port}`);
});
