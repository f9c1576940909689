import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { load } from 'js-yaml';
import { createTestFolder } from '../support/folder.ts';
import { findProgram } from './debianProgram.ts';

const folder = 'ops/prometheus';
const run = promisify(execFile);
let program: Promise<string> | undefined;

async function promtool(...args: string[]): Promise<string> {
  const command = await (program ??= findProgram('promtool', '--version', 'prometheus'));
  try {
    return (await run(command, args, { cwd: folder })).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${stdout}\n${stderr}`, { cause: error });
  }
}

interface AlertFile {
  readonly groups: readonly { readonly rules: readonly { readonly alert: string }[] }[];
}
interface TestFile {
  readonly tests: readonly {
    readonly alert_rule_test: readonly { readonly alertname: string; readonly exp_alerts?: unknown[] }[];
  }[];
}

const read = async (file: string): Promise<unknown> => load(await readFile(file, 'utf8'));

async function alertNames(): Promise<string[]> {
  const { groups } = (await read(`${folder}/alerts.yml`)) as AlertFile;
  return groups.flatMap(({ rules }) => rules.map(({ alert }) => alert));
}

test('Prometheus can read its configuration and the rules', async () => {
  assert.match(await promtool('check', 'config', 'prometheus.yml'), /valid prometheus config/);
  const ofCluster = await readFile(`${folder}/kubernetes.yml`, 'utf8');
  // Debian's promtool is built without Kubernetes.
  const scratch = await createTestFolder('promtool');
  const file = join(scratch.path, 'kubernetes.yml');
  await writeFile(file, ofCluster.replaceAll('kubernetes_sd_configs: [{ role: pod }]', 'static_configs: []'));
  await copyFile(`${folder}/alerts.yml`, join(scratch.path, 'alerts.yml'));
  assert.match(await promtool('check', 'config', file), /valid prometheus config/);
  await scratch.remove();
});

test('alerts are raised when they must be, and only then', async () => {
  assert.match(await promtool('test', 'rules', 'alerts.test.yml'), /SUCCESS/);
});

test('each alert is tested both ways and has its entry in the runbook', async () => {
  const { tests } = (await read(`${folder}/alerts.test.yml`)) as TestFile;
  const cases = tests.flatMap((item) => item.alert_rule_test);
  const headings = (await readFile('docs/operations.md', 'utf8')).split('\n');
  for (const alert of await alertNames()) {
    const ofAlert = cases.filter(({ alertname }) => alertname === alert);
    assert.ok(
      ofAlert.some(({ exp_alerts = [] }) => exp_alerts.length > 0),
      `${alert} is never raised`,
    );
    assert.ok(
      ofAlert.some(({ exp_alerts = [] }) => exp_alerts.length === 0),
      `${alert} is never silent`,
    );
    assert.ok(headings.includes(`### ${alert}`), `docs/operations.md has no entry ### ${alert}`);
  }
});

test('what the runbook tells to look for in the log is written there by somebody', async () => {
  const runbook = (await readFile('docs/operations.md', 'utf8')).split('## Runbook')[1] ?? '';
  const phrases = [...runbook.matchAll(/`([A-Za-z]+(?:[;,]? [a-z]+)+)`/g)].map(([, phrase = '']) => phrase);
  const messages = phrases.filter((phrase) => !phrase.startsWith('npm '));
  assert.ok(messages.length >= 4, messages.join(', '));
  const folders = ['activities', 'api', 'db', 'extraction', 'platform', 'temporal'];
  const sdk = await readFile('node_modules/@temporalio/worker/lib/activity.js', 'utf8');
  for (const message of messages) {
    const isOurs = await run('grep', ['-rqF', message, ...folders]).then(
      () => true,
      () => false,
    );
    assert.ok(isOurs || sdk.includes(`'${message}'`), `nobody writes '${message}'`);
  }
});
