import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { promisify } from 'node:util';

interface Bill {
  readonly components: readonly {
    readonly name: string;
    readonly version: string;
    readonly purl: string;
    readonly licenses?: readonly object[];
  }[];
}

test('npm run sbom lists every package that the service runs with, its version and its licence', async () => {
  const { stdout } = await promisify(execFile)('npm', ['run', '--silent', 'sbom'], { maxBuffer: 2 ** 25 });
  const { components } = JSON.parse(stdout) as Bill;
  const { dependencies } = JSON.parse(await readFile('package.json', 'utf8')) as {
    dependencies: Record<string, string>;
  };
  const known = new Set(components.map(({ purl }) => purl));
  for (const [name, version] of Object.entries(dependencies)) {
    assert.ok(known.has(`pkg:npm/${name.replace('@', '%40')}@${version}`), `${name}@${version}`);
  }
  const unlicensed = components.filter(({ licenses = [] }) => licenses.length === 0);
  assert.deepEqual(
    unlicensed.map(({ name }) => name),
    // Its package says no more than its file LICENSE (public domain).
    ['unionfs'],
  );
});
