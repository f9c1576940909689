import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { cacheDir } from '../../commands/system/cacheDir.ts';
import { startTemporal } from '../../embedded/temporal.ts';
import { createLogger } from '../../platform/logger.ts';
import { createTestFolder } from '../support/folder.ts';
import { startModelRunner } from './modelRunner.ts';
import { writeHistory, type HistoryEvents } from './historyFile.ts';
import { checkShapes, shapes, upgradeShapes } from './shapes.ts';

const folder = fileURLToPath(new URL('../histories/', import.meta.url));

await record();

/** `npm run histories:record`: writes the histories of all shapes anew, by today's workflows. */
async function record(): Promise<void> {
  const data = await createTestFolder('histories');
  const log = createLogger({ name: 'record', level: 'warn', format: 'pretty' });
  const temporal = await startTemporal({ dataDir: data.path, cacheDir, log });
  const client = new Client({ connection: await Connection.connect({ address: temporal.address }) });
  const runner = await startModelRunner(temporal.address);
  try {
    await mkdir(folder, { recursive: true });
    for (const file of await readdir(folder)) await rm(join(folder, file));
    const plays: readonly (readonly [name: string, play: () => Promise<string>])[] = [
      ...Object.entries(shapes).map(([name, shape]) => [name, () => runner.play(shape)] as const),
      ...Object.entries(checkShapes).map(([name, shape]) => [name, () => runner.playCheck(shape)] as const),
      ...Object.entries(upgradeShapes).map(
        ([name, shape]) => [name, () => runner.playUpgrade(shape)] as const,
      ),
    ];
    for (const [name, play] of plays) {
      const workflowId = await play();
      const runs = await readRuns(client, workflowId);
      for (const [index, events] of runs.entries()) {
        const file = runs.length === 1 ? `${name}.json` : `${name}-${index + 1}.json`;
        await writeFile(join(folder, file), writeHistory(events));
        process.stdout.write(`${file}: ${events.length} events\n`);
      }
    }
  } finally {
    await runner.stop();
    await client.connection.close();
    await temporal.stop();
    await data.remove();
  }
}

/** The events of each run of a workflow, the first run first. */
async function readRuns(client: Client, workflowId: string): Promise<HistoryEvents[]> {
  const runs: HistoryEvents[] = [];
  for (let runId: string | undefined; ;) {
    const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    if (events == null) throw new Error(`${workflowId} has no history`);
    runs.unshift(events);
    runId = events[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId ?? '';
    if (runId === '') return runs;
  }
}
