import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { settings } from '../../platform/settings/settings.ts';
import { runToEnd, type Ended } from '../support/runToEnd.ts';

function run(
  file: string,
  args: readonly string[],
  env: Record<string, string> = {},
  folder = 'commands',
): Promise<Ended> {
  return runToEnd(process.execPath, [`${folder}/${file}`, ...args], env);
}

for (const file of ['start.ts', 'migrate.ts', 'createAdmin.ts', 'envExample.ts']) {
  test(`${file} --help explains itself and succeeds`, async () => {
    const { code, stdout } = await run(file, ['--help']);
    assert.equal(code, 0);
    assert.match(stdout, /^Usage: npm /);
  });
}

test('an unknown option is refused with the nearest known one', async () => {
  const { code, stderr } = await run('start.ts', ['--wokers', '2']);
  assert.equal(code, 2);
  assert.match(stderr, /unknown option '--wokers'\n\(Did you mean --workers\?\)/);
});

test("an option's wrong value is wrong usage", async () => {
  const { code, stderr } = await run('start.ts', ['--workers', 'many']);
  assert.equal(code, 2);
  assert.match(stderr, /whole number from 1 to 32/);
});

test('invalid settings end a command with 2, all of them told', async () => {
  const { code, stderr } = await run('start.ts', [], { PORT: 'http', GC_WINDOW: '0' });
  assert.equal(code, 2);
  assert.match(stderr, /PORT: .*'http'/);
  assert.match(stderr, /GC_WINDOW: .*'0'/);
});

test('a command that needs a database asks for DATABASE_URL', async () => {
  const nowhere = { DATABASE_URL: '', DATA_DIR: '/nowhere' };
  const { code, stderr } = await run('migrate.ts', [], nowhere);
  assert.equal(code, 2);
  assert.match(stderr, /DATABASE_URL: not set, and npm start is not running on/);
});

test('a command that fails ends by itself, whatever it has left open', async () => {
  const { code, stderr } = await run('failing.ts', [], {}, 'test/commands/fixtures');
  assert.equal(code, 1);
  assert.equal(stderr, 'the house is on fire\n');
});

test('.env.example is current and names every setting', async () => {
  assert.equal((await run('envExample.ts', ['--check'])).code, 0);
  const text = await readFile('.env.example', 'utf8');
  for (const name of Object.keys(settings)) assert.match(text, new RegExp(`^#${name}=`, 'm'));
});
