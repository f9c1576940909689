// ENTRY of one process of the bare loop: reads, decodes, scales and runs batches, and nothing else.
import { readFileSync } from 'node:fs';
import turbo from '@julusian/jpeg-turbo';
import { builtIn } from '../../extraction/catalogue/catalogue.ts';
import { findNetwork, isLocal, type NetworkKind } from '../../extraction/catalogue/network.ts';
import { openModel } from '../../extraction/onnx/model.ts';
import { emptyPixels } from '../../extraction/pictures/samplePixels.ts';

interface Order {
  readonly version: number;
  readonly kind: NetworkKind;
  readonly files: readonly string[];
}

process.once('message', (message) => void serve(message as Order));

async function serve({ version, kind, files }: Order): Promise<void> {
  const network = findNetwork(builtIn.filter(isLocal), version, kind);
  if (network === null) throw new Error(`no network of ${kind} ${version}`);
  const model = await openModel(network, 'face');
  const outputs = model.tensors.outputs.map(({ name }) => name);
  const pixels = emptyPixels('face');
  const describe = async (some: readonly string[]) => {
    for (const [place, file] of some.entries()) {
      turbo.decompressSync(readFileSync(file), pixels, { format: turbo.FORMAT_RGB });
      model.write(pixels, place);
    }
    await model.run(some.length, outputs);
  };
  await describe(files.slice(0, network.batch));
  const go = new Promise((resolve) => process.once('message', resolve));
  process.send?.('loaded');
  await go;
  const before = process.cpuUsage();
  for (let from = 0; from < files.length; from += network.batch) {
    await describe(files.slice(from, from + network.batch));
  }
  const { user, system } = process.cpuUsage(before);
  process.send?.((user + system) / 1e6);
}
