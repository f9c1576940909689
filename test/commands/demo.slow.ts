import assert from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { startTimeOf } from '../../platform/processes.ts';
import { createTestFolder, type TestFolder } from '../support/folder.ts';
import { waitFor } from '../support/waitFor.ts';

let folder: TestFolder;
beforeEach(async () => void (folder = await createTestFolder('demo')));
afterEach(() => folder.remove());

interface Playing {
  readonly process: ChildProcess;
  readonly data: string;
  readonly story: () => string;
  readonly ended: Promise<number | null>;
}

function play(...more: string[]): Playing {
  const data = join(folder.path, 'data');
  const child = spawn(process.execPath, ['commands/demo.ts', '--folder', data, '--copies', '4', ...more], {
    env: { ...process.env, PORT: '0', EXTRACT_PROCESSES: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  }
  return {
    process: child,
    data,
    story: () => text,
    // Not `exit`, which may come before the last words are read.
    ended: once(child, 'close').then(([code]) => code as number | null),
  };
}

function startedPids(data: string): number[] {
  const processes = join(data, 'processes');
  const children = readdirSync(processes).map(
    (file) => (JSON.parse(readFileSync(join(processes, file), 'utf8')) as { pid: number }).pid,
  );
  const servers = ['postgres/cluster/postmaster.pid', 'temporal/pid'].map((file) =>
    Number(readFileSync(join(data, file), 'utf8').split('\n')[0]),
  );
  return [...children, ...servers];
}

async function areGone(pids: readonly number[]): Promise<boolean> {
  return (await Promise.all(pids.map(startTimeOf))).every((time) => time === null);
}

test('the demo plays to its closing table, where every line holds', async () => {
  const { ended, story, data } = play('--exit');
  const code = await ended;
  assert.equal(execFileSync('find', [data, '-perm', '/077'], { encoding: 'utf8' }), '', 'others are let in');
  const check = story().slice(story().indexOf('Consistency check'));
  const lines = check.split('\n').filter((line) => /\s(ok|WRONG)$/.test(line));
  assert.ok(lines.length >= 60, story());
  const wrong = lines.filter((line) => line.endsWith('WRONG'));
  // Of all lines one is about a time, which is another one beside other tests: it took 17 of 15 s once.
  const seconds = /worker killed: its work is taken over +within 15 s +([\d.]+) s/.exec(check)?.[1];
  assert.ok(seconds !== undefined, check);
  assert.deepEqual(
    wrong.filter((line) => !line.includes('its work is taken over')),
    [],
    story(),
  );
  assert.equal(code, wrong.length === 0 ? 0 : 1, story());
  for (const line of [
    /faces found in the photos +22 +22 +ok/,
    /faces with their copies +110 +110 +ok/,
    /cancelled extract: state +cancelled +cancelled +ok/,
    /retried extract: descriptors of version 2 +22 +22 +ok/,
    ...['check', 'extract', 'verify', 'switch', 'watch', 'remove'].map(
      (step) => new RegExp(`step ${step} +done +done +ok`),
    ),
    ...['check', 'extract', 'verify', 'remove'].map(
      (step) => new RegExp(`worker-1 killed in the step ${step} +running +running +ok`),
    ),
    /api killed in the step switch +running or done +(running|done) +ok/,
    /temporal killed in the step watch +running +running +ok/,
    /worker killed: subtasks that lost work +0 +0 +ok/,
    /version 3 +fit for use +fit for use +ok/,
    /trial: faces described +100 +100 +ok/,
    /trial: events described +22 +22 +ok/,
    /coverage: faces with version 3 +110 +110 +ok/,
    /coverage: events with version 3 +22 +22 +ok/,
    /version 3 is the default of +face +face +ok/,
    /rank-1 with version 1 +≥ 95\.0 % +\d/,
    /rank-1 with version 3 +≥ 95\.0 % +\d/,
    ...['extract of faces', 'extract of events', 'remove of faces', 'remove of events'].flatMap(
      (task, place) =>
        ['accounted for', 'done by its subtasks'].map((what) => {
          const count = place % 2 === 0 ? 110 : 22;
          return new RegExp(`${task}: objects ${what} +${count} +${count} +ok`);
        }),
    ),
    /undo: descriptors left before it +0 +0 +ok/,
    /undo: put back +22 +22 +ok/,
    /undo: rows to the last byte +the same +the same +ok/,
    /upgrade: other tables changed +none +none +ok/,
    /at the end: descriptors of faces, version 1 +0 +0 +ok/,
    /at the end: descriptors of events, version 1 +0 +0 +ok/,
    /at the end: descriptors of faces, version 3 +110 +110 +ok/,
    /at the end: descriptors of events, version 3 +22 +22 +ok/,
  ]) {
    assert.match(check, line);
  }
  assert.match(check, /http:\S+ +log in as root@visionlabs\.ai with password root/);
});

test('Ctrl-C in the middle of the demo leaves no process, and the next demo begins anew', async (t) => {
  const first = play();
  await waitFor('the import', () => first.story().includes('npm run import'));
  const pids = startedPids(first.data);
  const begin = performance.now();
  first.process.kill('SIGINT');
  assert.equal(await first.ended, 0, first.story());
  t.diagnostic(`ended after ${((performance.now() - begin) / 1_000).toFixed(1)} s`);
  assert.ok(await areGone(pids));

  const second = play();
  await waitFor('the import', () => second.story().includes('npm run import'));
  second.process.kill('SIGTERM');
  assert.equal(await second.ended, 0, second.story());
});

test('a folder that no demo has made is left alone', async () => {
  await writeFile(join(folder.path, 'mine.txt'), 'important');
  const child = spawn(process.execPath, ['commands/demo.ts', '--folder', folder.path], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let text = '';
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  assert.equal(code, 2);
  assert.match(text, /is not empty and was not made by a demo/);
  assert.deepEqual(readdirSync(folder.path), ['mine.txt']);
});
