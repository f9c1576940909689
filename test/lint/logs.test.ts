import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

const folders = [
  ...['activities', 'api', 'commands', 'db', 'domain', 'embedded', 'extraction', 'imagestore', 'platform'],
  ...['temporal', 'views', 'workflows'],
];

async function sources(): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (const folder of folders) {
    for (const name of await readdir(folder, { recursive: true })) {
      const file = join(folder, name);
      if (name.endsWith('.ts')) texts.set(file, await readFile(file, 'utf8'));
    }
  }
  return texts;
}

async function inventory(): Promise<string> {
  const text = await readFile('docs/operations.md', 'utf8');
  return text.slice(text.indexOf('\n## Logs\n'), text.indexOf('\n## Runbook\n'));
}

test('every file that the service logs to is in the list of logs', async () => {
  const logs = await inventory();
  const named = [...(await sources()).values()].flatMap((text) => [
    ...[...text.matchAll(/join\(dataDir, '([\w.-]+\.log)'\)/g)].map(([, name = '']) => name),
    ...[...text.matchAll(/join\(dataDir, '(\w+)', `\$\{name\}\.log`\)/g)].map(
      ([, name = '']) => `${name}/NAME.log`,
    ),
  ]);
  assert.deepEqual(named.sort(), ['logs/NAME.log', 'postgres.log', 'temporal.log']);
  for (const name of named) assert.ok(logs.includes(`\`DATA_DIR/${name}\``), name);
});

test('every table that keeps a log is in the list of logs', async () => {
  const logs = await inventory();
  const schema = await readFile('db/schema/schema.sql', 'utf8');
  const tables = [...schema.matchAll(/^create table (\w+)/gm)].map(([, name = '']) => name);
  const kept = tables.filter((name) =>
    /^audit(?!_(blocks|chain|feeds|unsealed|views))|_log$|_errors$|_stats$/.test(name),
  );
  assert.ok(kept.length >= 7, kept.join(', '));
  const others = ['estimator_stats'];
  for (const name of kept.filter((name) => !others.includes(name)))
    assert.ok(logs.includes(`\`${name}\``), name);
});

test('only one file makes loggers, and they write to stderr, or to the terminal of a demo', async () => {
  const makers = [...(await sources())].filter(
    ([, text]) => /\bfrom 'pino'/.test(text) && /\bpino\(/.test(text),
  );
  assert.deepEqual(
    makers.map(([file]) => file),
    ['platform/logger.ts'],
  );
  assert.match(makers[0]?.[1] ?? '', /destination = process\.stderr/);
  const withDestination = [...(await sources())].filter(([, text]) =>
    /createLogger\([^)]*destination/.test(text),
  );
  assert.deepEqual(
    withDestination.map(([file]) => file),
    ['commands/demo.ts', 'platform/logger.ts'],
  );
});
