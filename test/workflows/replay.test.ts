import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { DeterminismViolationError } from '@temporalio/workflow';
import { Worker } from '@temporalio/worker';
import { createLogger } from '../../platform/logger.ts';
import { ensureWorkflowBundle } from '../../temporal/bundle.ts';
import { installRuntime } from '../../temporal/runtime.ts';
import { readHistory } from './historyFile.ts';
import { checkShapes, shapes, upgradeShapes } from './shapes.ts';

const folder = fileURLToPath(new URL('../histories/', import.meta.url));
let cache: string;
let codePath: string;
let tracedCodePath: string;

before(async () => {
  await installRuntime(createLogger({ name: 'test', level: 'silent', format: 'json' }));
  cache = await mkdtemp(join(tmpdir(), 'luna-bundle-'));
  codePath = await ensureWorkflowBundle(cache);
  tracedCodePath = await ensureWorkflowBundle(cache, { isTraced: true });
});

after(() => rm(cache, { recursive: true, force: true }));

interface Recorded {
  readonly workflowId: string;
  readonly history: ReturnType<typeof readHistory>;
}

async function readHistories(): Promise<Recorded[]> {
  const files = await readdir(folder);
  return Promise.all(
    files.sort().map(async (file) => ({
      workflowId: file,
      history: readHistory(await readFile(join(folder, file), 'utf8')),
    })),
  );
}

async function replay(
  histories: readonly Recorded[],
  bundle = codePath,
): Promise<Map<string, Error | undefined>> {
  const errors = new Map<string, Error | undefined>();
  const options = { workflowBundle: { codePath: bundle } };
  for await (const { workflowId, error } of Worker.runReplayHistories(options, [...histories])) {
    errors.set(workflowId, error);
  }
  return errors;
}

test("today's workflows can go on with every history that a release may have left behind", async () => {
  const histories = await readHistories();
  const recorded = new Set(histories.map(({ workflowId }) => workflowId.replace(/(-\d+)?\.json$/, '')));
  assert.deepEqual(
    [...recorded].sort(),
    Object.keys({ ...shapes, ...checkShapes, ...upgradeShapes }).sort(),
    'npm run histories:record',
  );
  const errors = await replay(histories);
  assert.equal(errors.size, histories.length);
  for (const [file, error] of errors) assert.equal(error, undefined, `${file}: ${String(error)}`);
});

test('what was begun without tracing goes on with it', async () => {
  const histories = await readHistories();
  const errors = await replay(histories, tracedCodePath);
  assert.equal(errors.size, histories.length);
  for (const [file, error] of errors) assert.equal(error, undefined, `${file}: ${String(error)}`);
});

test('a workflow that does something else than its history is noticed', async () => {
  const [plain] = (await readHistories()).filter(({ workflowId }) => workflowId === 'plain.json');
  assert.ok(plain);
  const scheduled = plain.history.events.flatMap((event) => event.activityTaskScheduledEventAttributes ?? []);
  const planned = scheduled.find(({ activityType }) => activityType?.name === 'planParts');
  assert.ok(planned?.activityType);
  planned.activityType.name = 'collectTask';
  const error = (await replay([plain])).get('plain.json');
  assert.ok(error instanceof DeterminismViolationError, String(error));
});
