import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { access, cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { isSecret, readersOf, type Role } from '../../platform/settings/settings.ts';
import { queueNames } from '../../workflows/messages.ts';
import { createTestFolder, type TestFolder } from '../support/folder.ts';
import { assertSettings } from './assertSettings.ts';

const run = promisify(execFile);
const source = 'ops/systemd';
const installed = '/opt/luna-admin';
const common = `${source}/luna-admin-.service.d/process.conf`;
const roles: Record<string, Role> = {
  'luna-admin-api.service': 'api',
  'luna-admin-migrate.service': 'command',
  'luna-admin-worker@.service': 'worker',
};
const units = Object.keys(roles);

let folder: TestFolder;

/** The units as they would be installed, with this folder in place of /opt/luna-admin. */
before(async () => {
  folder = await createTestFolder('systemd');
  await cp(source, folder.path, { recursive: true });
  for (const unit of units) {
    const text = await readFile(join(folder.path, unit), 'utf8');
    await writeFile(join(folder.path, unit), text.replaceAll(installed, process.cwd()));
  }
});
after(() => folder.remove());

/** The values of a directive in a unit, what units have in common included. */
async function valuesOf(unit: string, directive: string): Promise<string[]> {
  const texts = await Promise.all([common, `${source}/${unit}`].map((file) => readFile(file, 'utf8')));
  return texts
    .flatMap((text) => text.split('\n'))
    .filter((line) => line.startsWith(`${directive}=`))
    .map((line) => line.slice(directive.length + 1));
}

const variablesOf = async (unit: string) =>
  (await valuesOf(unit, 'Environment'))
    .flatMap((line) => line.split(' '))
    .map((pair) => pair.split('=') as [string, string]);

/** What systemd-analyze says of units, or null where there is none. */
async function analyze(command: string, args: readonly string[]): Promise<string | null> {
  try {
    const { stdout, stderr } = await run('systemd-analyze', [command, ...args], {
      env: { ...process.env, SYSTEMD_UNIT_PATH: `${folder.path}:` },
    });
    return stdout + stderr;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    return stdout + stderr || String(error);
  }
}

test('systemd finds no fault in the units', async (t) => {
  const instances = ['api', 'migrate', ...queueNames.map((queue) => `worker@${queue}`)];
  const files = instances.map((name) => join(folder.path, `luna-admin-${name}.service`));
  const said = await analyze('verify', files);
  if (said === null) {
    t.diagnostic('systemd-analyze is not on this machine: only what units name is checked');
    return;
  }
  assert.equal(said, '');
  const wrong = join(folder.path, 'luna-admin-wrong.service');
  await writeFile(wrong, '[Service]\nExecStart=/bin/true\nProtectSytem=strict\n');
  assert.match((await analyze('verify', [wrong])) ?? '', /ProtectSytem/, 'a misspelt directive is found');
});

test('systemd rates the exposure of each process as low', async (t) => {
  for (const name of ['api', 'migrate', 'worker@gc']) {
    const file = join(folder.path, `luna-admin-${name}.service`);
    const said = await analyze('security', ['--offline=true', '--no-pager', file]);
    if (said === null) {
      t.diagnostic('systemd-analyze is not on this machine');
      return;
    }
    const [, level = ''] = /Overall exposure level for \S+: ([\d.]+)/.exec(said) ?? assert.fail(said);
    assert.ok(Number(level) < 2, `${name} ${level}`);
  }
});

test('each unit starts a file of the project', async () => {
  assert.deepEqual((await readdir(source)).filter((file) => file.endsWith('.service')).sort(), units);
  for (const unit of units) {
    const [command = '', ...more] = await valuesOf(unit, 'ExecStart');
    assert.deepEqual(more, []);
    const [program = '', entry = ''] = command.split(' ');
    assert.equal(program, `${installed}/node_modules/.bin/node`);
    await access(entry);
  }
});

test('each unit has settings that exist, and the secrets of its process alone, as credentials', async () => {
  const ours = (names: readonly string[]) => names.filter((name) => name !== 'NODE_ENV');
  for (const unit of units) {
    const variables = await variablesOf(unit);
    assertSettings(ours(variables.map(([name]) => name)), unit);
    const secrets = variables
      .map(([name, value]) => [name.replace(/_FILE$/, ''), value] as const)
      .filter(([name]) => isSecret(name));
    for (const [name] of secrets)
      assert.ok(readersOf(name).includes(roles[unit] ?? assert.fail()), `${unit} ${name}`);
    const credentials = (await valuesOf(unit, 'LoadCredential')).map((line) => line.split(':')[0]);
    assert.deepEqual(
      secrets.map(([, value]) => value).sort(),
      credentials.map((name) => `%d/${name}`).sort(),
      unit,
    );
  }
  const shared = (await readFile(`${source}/settings.env`, 'utf8')).matchAll(/^(\w+)=/gm);
  const names = [...shared].map(([, name = '']) => name);
  assertSettings(names, 'settings.env');
  assert.deepEqual(names.filter(isSecret), []);
});
