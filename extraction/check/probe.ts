import { sampleKindOf, type LocalNetwork } from '../catalogue/network.ts';
import type { Wish } from '../extractor.ts';
import { forkExtractor } from '../pool/extractorProcess.ts';
import type { Answer, ChildMessage, LoadedModel } from '../pool/protocol.ts';
import { explainRuntime } from './explainRuntime.ts';

/** What is wrong with a network, in a sentence that goes on after its name. */
export class NetworkFault extends Error {
  override readonly name = 'NetworkFault';
}

export interface Ran {
  readonly made: readonly Answer[];
  readonly seconds: number;
}

/** An extractor process for one network that nobody trusts yet: the file may end it. One call at a time. */
export interface Probe {
  /** @throws NetworkFault */
  load(): Promise<LoadedModel>;
  /** The network's own outputs for each image. @throws NetworkFault */
  run(images: readonly Uint8Array[]): Promise<Ran>;
  /** The same version by another entry from now on; what was open is closed. */
  become(network: LocalNetwork): void;
  end(): Promise<void>;
}

export interface ProbeOptions {
  /** Another program instead of the extractor's, for tests. */
  readonly entry?: string;
  /** As long as a pool waits. */
  readonly stallMs?: number;
}

export function startProbe(network: LocalNetwork, { entry, stallMs = 60_000 }: ProbeOptions = {}): Probe {
  const { version, kind } = network;
  const wish: Wish = {
    version,
    kind: sampleKindOf(network),
    wanted: kind === 'attributes' ? 'attributesOutputs' : 'descriptorOutputs',
  };
  let lastSeq = 0;
  let fault: NetworkFault | undefined;
  let waiting: { resolve(message: ChildMessage): void; reject(error: Error): void } | undefined;

  const child = forkExtractor({
    ...(entry === undefined ? {} : { entry }),
    onMessage: (message) => {
      if (message.type !== 'ready' && message.type !== 'started') waiting?.resolve(message);
    },
    onExit: (reason) => {
      fault ??= new NetworkFault(`it crashes the process that runs it (${reason})`);
      waiting?.reject(fault);
    },
  });
  const become = (other: LocalNetwork): void => {
    child.send({ type: 'networks', networks: [other] });
  };
  become(network);

  async function ask(message: { type: 'load' } | { type: 'run'; images: readonly Uint8Array[] }) {
    if (fault !== undefined) throw fault;
    const limit = setTimeout(() => {
      fault = new NetworkFault(
        `it does not respond for ${stallMs / 1_000} s, after which a process is killed`,
      );
      child.kill();
    }, stallMs);
    try {
      const answer = await new Promise<ChildMessage>((resolve, reject) => {
        waiting = { resolve, reject };
        child.send({ ...message, ...wish, seq: ++lastSeq });
      });
      if (answer.type === 'failed') throw new NetworkFault(explainRuntime(answer.detail));
      return answer;
    } finally {
      clearTimeout(limit);
    }
  }

  return {
    load: async () => {
      const answer = await ask({ type: 'load' });
      if (answer.type !== 'loaded') throw new Error(`${answer.type} instead of loaded`);
      const { tensors, seconds, memoryBytes } = answer;
      return { tensors, seconds, memoryBytes };
    },
    run: async (images) => {
      const answer = await ask({ type: 'run', images });
      if (answer.type !== 'done') throw new Error(`${answer.type} instead of done`);
      return { made: answer.made, seconds: answer.seconds };
    },
    become,
    end: () => child.end(2_000),
  };
}
