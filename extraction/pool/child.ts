// ENTRY of an extractor process: forked by extractorProcess.ts, works off batches one after the other while the next
// one waits in the pipe. It holds the thread while it decodes and infers: there is nothing else that it has to do.
import { createDescriber } from '../onnx/describe.ts';
import type { ChildMessage, ParentMessage } from './protocol.ts';

let describer = createDescriber([]);

// Small messages are written to the pipe before send returns, so `started` arrives even if the run that follows ends
// the process. A parent that is gone is told of by `disconnect`, not by a failed write.
const send = (message: ChildMessage) => process.send?.(message, undefined, undefined, () => undefined);

let turn: Promise<void> = Promise.resolve();

function accept(message: ParentMessage): void {
  if (message.type === 'networks') {
    describer = createDescriber(message.networks);
    send({ type: 'ready' });
  } else {
    turn = turn.then(() => work(message));
  }
}

async function work(message: Exclude<ParentMessage, { type: 'networks' }>): Promise<void> {
  const { seq } = message;
  try {
    send({ type: 'started', seq });
    const start = performance.now();
    const made = message.type === 'run' ? await describer.describe(message, message.images) : [];
    if (message.type === 'load') await describer.load(message);
    send({ type: 'done', seq, made, seconds: (performance.now() - start) / 1_000 });
  } catch (error) {
    send({ type: 'failed', seq, detail: error instanceof Error ? error.message : String(error) });
  }
}

process.on('message', accept);
// The parent is gone, whatever the reason: nobody would take the results. Also ends a process that hangs on.
process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches the whole group; the parent decides when its children may go.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
