import { DomainError } from '../../domain/errors.ts';
import { lengthOf, sampleKindOf, type JsonNetwork } from '../catalogue/network.ts';
import { orFault } from '../made.ts';
import { faultOfSample } from '../pictures/storedSample.ts';
import { toUnitLength } from '../unitLength.ts';
import { readAnswer } from './jsonAnswer.ts';
import type { RemoteProtocol } from './protocol.ts';
import { parseJson, request } from './request.ts';

// 16,384 numbers of 25 characters are well below.
const longestAnswer = 1_000_000;

/** docs/remote-extractor.yaml: one JPEG in, one vector or the attributes out. */
export function createJsonProtocol(entry: JsonNetwork, timeoutMs: number): RemoteProtocol {
  const kind = sampleKindOf(entry);
  const wanted = entry.kind === 'attributes' ? 'attributes' : 'descriptor';
  const address = new URL(entry.server.url);
  address.searchParams.set('kind', kind);
  address.searchParams.set('version', String(entry.version));
  address.searchParams.set('descriptor', String(wanted === 'descriptor'));
  address.searchParams.set('attributes', String(wanted === 'attributes'));
  return {
    atOnce: () => 1,
    refusesSamples: true,
    check: () => Promise.resolve(),
    prepare: async ({ id, bytes }) => {
      const jpeg = await bytes();
      const fault = faultOfSample(jpeg, kind);
      if (fault !== null) throw new DomainError('sampleUnreadable', `sample ${id}: ${fault}`);
      return jpeg;
    },
    ask: async ([jpeg = Buffer.of()], signal) => {
      const reply = await request(address, {
        body: jpeg,
        headers: { 'content-type': 'image/jpeg', accept: 'application/json' },
        ...{ signal, timeoutMs, mostBytes: longestAnswer },
      });
      if (reply.kind === 'refused') return reply;
      const made = readAnswer(parseJson(reply.body), wanted, lengthOf(entry));
      const { descriptor } = made;
      return {
        kind: 'answered',
        made: [descriptor === undefined ? made : orFault(() => ({ descriptor: toUnitLength(descriptor) }))],
      };
    },
  };
}
