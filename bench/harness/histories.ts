import { Client, Connection } from '@temporalio/client';
import { taskWorkflowId } from '../../workflows/messages.ts';
import type { Bed } from './bed.ts';

/** Events of the longest of all runs of a task's workflow in its first generation. */
export async function longestHistory({ running }: Bed, taskId: number): Promise<number> {
  const { temporalAddress: address, config } = running;
  const connection = await Connection.connect({ address });
  try {
    const client = new Client({ connection, namespace: config.temporalNamespace });
    const workflowId = taskWorkflowId(config.taskQueuePrefix, { taskId, generation: 1 });
    let longest = 0;
    let runId: string | undefined;
    // From the last run back to the first: a run that goes on in another one names the one before it.
    do {
      const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
      const events = history.events ?? [];
      longest = Math.max(longest, events.length);
      const started = events[0]?.workflowExecutionStartedEventAttributes;
      runId =
        started?.continuedExecutionRunId === '' ? undefined : (started?.continuedExecutionRunId ?? undefined);
    } while (runId !== undefined);
    return longest;
  } finally {
    await connection.close();
  }
}
