import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { tightenDataFolder } from '../../../platform/privateFiles.ts';
import { createLogger } from '../../../platform/logger.ts';
import { createTestFolder, type TestFolder } from '../../support/folder.ts';
import { processTree } from '../../support/processTree.ts';
import { startSystem, type StartedSystem } from '../../support/servers/startedSystem.ts';

let folder: TestFolder;
let systems: readonly StartedSystem[] = [];

before(async () => {
  folder = await createTestFolder('two');
  // Of an earlier release, which let everybody in.
  for (const path of ['one', 'one/samples', 'one/samples/ab']) await mkdir(join(folder.path, path));
  await writeFile(join(folder.path, 'one/samples/ab/face.jpg'), 'a face');
  execFileSync('chmod', ['-R', 'a+rX', join(folder.path, 'one')]);
  const secrets = {
    SESSION_SECRET: 'the-secret-of-sessions-of-this-test',
    ADMIN_PASSWORD: 'the-first-password',
  };
  systems = await Promise.all(
    ['one', 'two'].map((name) =>
      startSystem({
        ...{ ...secrets, DATA_DIR: join(folder.path, name), EXTRACT_PROCESSES: '1' },
        WORKER_METRICS_PORT: '',
      }),
    ),
  );
});
after(async () => {
  await Promise.all(systems.map((system) => system.stop()));
  await folder.remove();
});

test('two that differ in PORT and DATA_DIR alone are both well, with figures of their own', async () => {
  const figures = systems.map(({ output }) => /^metrics of worker-1: (\S+)$/m.exec(output())?.[1] ?? '');
  assert.notEqual(figures[0], figures[1]);
  for (const [index, { apiUrl }] of systems.entries()) {
    const health = await fetch(`${apiUrl}/healthcheck?include_luna_services=1`);
    assert.equal(health.status, 200, await health.text());
    assert.match(await (await fetch(figures[index] ?? '')).text(), /^luna_/m);
  }
});

test('the Temporal Web UI is served only when they are asked for', () => {
  for (const { output } of systems) assert.doesNotMatch(output(), /Temporal Web UI/);
  assert.ok(!existsSync(join(folder.path, 'two/temporal/ui-port')));
});

test('nothing below DATA_DIR is for anybody else, neither what is new nor what was there', () => {
  for (const name of ['one', 'two']) {
    const path = join(folder.path, name);
    assert.equal(execFileSync('find', [path, '-perm', '/077'], { encoding: 'utf8' }), '');
    assert.ok(readdirSync(path).includes('postgres'), 'the database is there too');
  }
});

test('no process has a secret that its work does not need', async () => {
  const [system] = systems;
  assert.ok(system);
  const [, ...pids] = await processTree(system.pid);
  const seen = new Map<string, string[]>();
  for (const pid of pids) {
    const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ');
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8');
    const kind = ['api/server.ts', 'temporal/worker.ts', 'extraction/pool/child.ts'].find((file) =>
      command.includes(file),
    );
    const secrets = ['the-secret-of-sessions', 'the-first-password', 'postgres://'];
    seen.set(kind ?? 'a server', [
      ...(seen.get(kind ?? 'a server') ?? []),
      ...secrets.filter((each) => environment.includes(each)),
    ]);
  }
  assert.deepEqual(seen.get('api/server.ts'), [
    'the-secret-of-sessions',
    'the-first-password',
    'postgres://',
  ]);
  assert.deepEqual(seen.get('temporal/worker.ts'), ['postgres://']);
  assert.deepEqual(seen.get('extraction/pool/child.ts'), []);
  assert.deepEqual(seen.get('a server'), []);
});

test('a data folder that holds other things too keeps its rights, and that is told', async () => {
  const path = join(folder.path, 'shared');
  for (const each of [path, join(path, 'samples')]) await mkdir(each);
  await writeFile(join(path, 'mine.txt'), 'important');
  for (const each of [path, join(path, 'samples'), join(path, 'mine.txt')]) await chmod(each, 0o755);
  let told = '';
  const destination = { write: (line: string) => (told += line) } as unknown as NodeJS.WritableStream;
  await tightenDataFolder(path, createLogger({ name: 'test', level: 'warn', format: 'json', destination }));
  const modeOf = async (name: string) => (await stat(join(path, name))).mode & 0o777;
  assert.deepEqual(await Promise.all(['.', 'mine.txt', 'samples'].map(modeOf)), [0o755, 0o755, 0o700]);
  assert.match(told, /DATA_DIR is readable by other users.*chmod 700/);
});
