import type { NetworkReport } from '../../domain/networks/report.ts';
import { sampleKindOf, type LocalNetwork } from '../catalogue/network.ts';
import { mismatches } from '../catalogue/tensors.ts';
import { attributeFaults, tellAttributes } from './attributes.ts';
import { checkDescriptors } from './checkDescriptors.ts';
import { outputsFor } from './describeRaw.ts';
import { descriptorFaults, findMistake } from './descriptorVerdict.ts';
import { readModelFacts } from './modelFacts.ts';
import { lengthFaults } from './outputFaults.ts';
import { shotsOf, type Person } from './people.ts';
import { NetworkFault, startProbe, type Probe, type ProbeOptions } from './probe.ts';
import { measureSpeed } from './speed.ts';
import { tensorRows } from './tensorRows.ts';

export interface CheckOrder extends ProbeOptions {
  readonly network: LocalNetwork;
  /** The network that descriptors are compared with; null: none. */
  readonly reference: LocalNetwork | null;
  /** Called when the file can be opened, which takes less time than finding faces. */
  readonly people: () => Promise<readonly Person[]>;
  /** Of a person with a single sample. */
  readonly copies: number;
  onProgress?(runs: number, of: number): void;
}

type Found = { -readonly [Part in keyof NetworkReport]: NetworkReport[Part] } & {
  readonly faults: string[];
  readonly remarks: string[];
};

/** Opens a network's file, runs it on samples of known people, and judges what comes out. */
export async function checkNetwork(order: CheckOrder): Promise<NetworkReport> {
  const { network } = order;
  const { version, kind, name, model, batch, threads } = network;
  const found: Found = {
    network: { version, kind, name, model, batch, threads },
    ...{ model: null, opened: null, tensors: [], speed: null, descriptors: null, attributes: null },
    ...{ faults: [], remarks: [] },
  };
  try {
    found.model = await readModelFacts(network);
    const probe = startProbe(network, order);
    try {
      const { tensors, ...opened } = await probe.load();
      found.opened = opened;
      found.tensors = tensorRows(network, tensors);
      found.faults.push(
        ...mismatches(network, tensors).map((fault) => `The file does not match its entry: ${fault}.`),
      );
      if (found.faults.length === 0) await run(order, probe, found);
    } finally {
      await probe.end();
    }
  } catch (error) {
    if (!(error instanceof NetworkFault)) throw error;
    found.faults.push(`The network cannot be run: ${error.message}.`);
  }
  return found;
}

async function run(order: CheckOrder, probe: Probe, found: Found): Promise<void> {
  const { network } = order;
  const people = await order.people();
  const kind = sampleKindOf(network);
  const samples = people.flatMap(({ samples: [first] }) => (first === undefined ? [] : [first]));
  const [outputs] = await outputsFor(probe, samples.slice(0, 1), 1);
  const lengths = outputs == null ? [] : lengthFaults(network, outputs);
  found.faults.push(...lengths.map((fault) => `The file does not match its entry: ${fault}.`));
  if (lengths.length > 0) return;
  found.speed = await measureSpeed(probe, network, samples);
  if (network.kind === 'attributes') {
    const told = await outputsFor(probe, samples, network.batch);
    found.attributes = tellAttributes(
      network,
      people.map(({ identity }, place) => ({ identity, outputs: told[place] ?? null })),
    );
    found.faults.push(...attributeFaults(found.attributes));
    return;
  }
  const shots = await shotsOf(people, kind, order.copies);
  found.descriptors = await checkDescriptors(probe, { ...order, people, shots });
  found.faults.push(...descriptorFaults(found.descriptors));
  const mistake = findMistake(found.descriptors.trials);
  if (mistake === null) return;
  // Descriptors of a built-in version are stored already, as its entry has always made them.
  if (network.isBuiltIn)
    found.remarks.push(`${mistake} Its entry must stay as it is anyway: a version never changes.`);
  else found.faults.push(mistake);
}
