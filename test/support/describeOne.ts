import { DomainError } from '../../domain/errors.ts';
import { builtIn } from '../../extraction/catalogue/catalogue.ts';
import { findNetwork, isLocal, type NetworkKind } from '../../extraction/catalogue/network.ts';
import type { NetworkInput } from '../../extraction/catalogue/schema.ts';
import { createDescriber } from '../../extraction/onnx/describe.ts';
import type { SampleKind } from '../../extraction/pictures/storedSample.ts';

const describer = createDescriber(builtIn.filter(isLocal));

/** A sample's descriptor by a built-in network. @throws DomainError sampleUnreadable */
export async function describeOne(version: number, kind: SampleKind, jpeg: Buffer): Promise<Float32Array> {
  return descriptorOf(await describer.describe({ version, kind, wanted: 'descriptor' }, [jpeg]));
}

/** A sample's attributes by a built-in network. */
export async function attributesOf(version: number, jpeg: Buffer) {
  const [made = {}] = await describer.describe({ version, kind: 'face', wanted: 'attributes' }, [jpeg]);
  return 'attributes' in made ? made.attributes : undefined;
}

/** The same network, fed otherwise. */
export async function describeFed(
  { version, kind }: { readonly version: number; readonly kind: SampleKind & NetworkKind },
  input: Partial<NetworkInput>,
  jpeg: Buffer,
): Promise<Float32Array> {
  const network = findNetwork(builtIn.filter(isLocal), version, kind);
  if (network === null) throw new Error(`no ${kind} ${version}`);
  const other = createDescriber([{ ...network, input: { ...network.input, ...input } }]);
  return descriptorOf(await other.describe({ version, kind, wanted: 'descriptor' }, [jpeg]));
}

function descriptorOf([made]: Awaited<ReturnType<typeof describer.describe>>): Float32Array {
  if (made === undefined || !('descriptor' in made || 'fault' in made)) throw new Error('nothing was made');
  if ('fault' in made) throw new DomainError('sampleUnreadable', made.fault);
  if (made.descriptor === undefined) throw new Error('nothing was made');
  return made.descriptor;
}
