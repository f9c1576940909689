// ENTRY of one process of the bare loop.
import { readFile } from 'node:fs/promises';
import { getExtractor } from '../../extraction/registry.ts';

interface Order {
  readonly version: number;
  readonly files: readonly string[];
}

process.once('message', (message) => void serve(message as Order));

async function serve({ version, files }: Order): Promise<void> {
  const model = await getExtractor(version, 'face').load();
  const describe = async (file: string) => model.infer(await model.decode(await readFile(file)));
  for (const file of files.slice(0, 5)) await describe(file);
  const go = new Promise((resolve) => process.once('message', resolve));
  process.send?.('loaded');
  await go;
  for (const file of files) await describe(file);
  process.send?.('done');
}
