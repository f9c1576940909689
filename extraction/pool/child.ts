// ENTRY of an extractor process: forked by extractorProcess.ts, works off what the parent sends, one model run
// at a time, while the next images are already being decoded in libuv's threads.
import { DomainError } from '../../domain/errors.ts';
import type { Model, Pixels } from '../extractor.ts';
import type { ChildMessage, Made, RunMessage } from './protocol.ts';
import { getExtractor } from '../registry.ts';

const models = new Map<string, Promise<Model>>();

function loadModel({ version, kind }: RunMessage): Promise<Model> {
  const name = `${kind}:${version}`;
  const known = models.get(name);
  if (known) return known;
  const loading = getExtractor(version, kind).load();
  models.set(name, loading);
  // A load that failed must not be remembered: the file may be there the next time.
  loading.catch(() => models.delete(name));
  return loading;
}

// Small messages are written to the pipe before send returns, so `started` arrives even if the model run that
// follows ends the process. A parent that is gone is told of by `disconnect`, not by a failed write.
const send = (message: ChildMessage) => process.send?.(message, undefined, undefined, () => undefined);

let turn: Promise<void> = Promise.resolve();

function accept(message: RunMessage): void {
  const decoded = decode(message);
  turn = turn.then(() => work(message, decoded));
}

type Decoded = { readonly model: Model; readonly pixels: Pixels } | { readonly error: unknown };

/** Never rejects: nobody listens to it before its turn has come. */
async function decode(message: RunMessage): Promise<Decoded> {
  try {
    const model = await loadModel(message);
    return { model, pixels: await model.decode(message.bytes) };
  } catch (error) {
    return { error };
  }
}

async function work({ seq, wanted }: RunMessage, decoding: Promise<Decoded>): Promise<void> {
  try {
    const decoded = await decoding;
    if ('error' in decoded) throw decoded.error;
    send({ type: 'started', seq });
    const start = performance.now();
    const made = await make(decoded.model, decoded.pixels, wanted);
    send({ type: 'done', seq, made, seconds: (performance.now() - start) / 1000 });
  } catch (error) {
    if (error instanceof DomainError) send({ type: 'unreadable', seq, detail: error.detail });
    else send({ type: 'failed', seq, detail: error instanceof Error ? error.message : String(error) });
  }
}

async function make(model: Model, pixels: Pixels, wanted: RunMessage['wanted']): Promise<Made> {
  if (wanted !== 'attributes') return model.infer(pixels, { attributes: wanted === 'both' });
  if (model.tellAttributes === undefined) throw new Error('this network tells no attributes');
  return { attributes: await model.tellAttributes(pixels) };
}

process.on('message', accept);
// The parent is gone, whatever the reason: nobody would take the results. Also ends a process that hangs on.
process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches the whole group; the parent decides when its children may go.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
send({ type: 'ready' });
