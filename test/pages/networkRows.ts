import type { Database } from '../../db/sql/connection.ts';
import type { NetworkReport, Recognition } from '../../domain/networks/report.ts';

const recognition: Recognition = {
  ...{ meanSame: 0.718, meanOther: 0.085, dPrime: 4.79, eer: 0.02, rankOne: 1 },
  tarAtFar: { '0.01': 0.975, '0.001': null },
};

/** What a check may find, with as much as a report can have. */
export function buildReport(version: number, faults: readonly string[] = [], file = ''): NetworkReport {
  const bell = (middle: number) =>
    Array.from({ length: 20 }, (_, bin) => Math.max(0, 0.2 - Math.abs(bin - middle) * 0.04));
  return {
    network: {
      ...{ version, kind: 'face', name: 'mobileface', batch: 8, threads: 1 },
      model: `/srv/networks/${file}mobileface.onnx`,
    },
    model: { bytes: 3_541_222, sha256: '1624cf6b'.repeat(8), isNamed: true, irVersion: 8, opset: 17 },
    opened: { seconds: 0.04, memoryBytes: 1e8 },
    tensors: [
      {
        ...{ side: 'input', name: 'input' },
        ...{ inFile: 'float32 [batch, 3, 112, 112]', byEntry: 'float32 [n, 3, 112, 112]' },
      },
      {
        side: 'output',
        name: 'descriptor',
        inFile: 'float32 [batch, 256]',
        byEntry: 'descriptor, 256 a sample',
      },
    ],
    speed: { aloneMs: 6.6, inBatchMs: 2.3, memoryBytes: 1.32e8 },
    descriptors: {
      ...{ length: 256, people: 22, samples: 220, copiedPeople: 22, notNumbers: 0, zeros: 0 },
      norms: { min: 49.08, median: 74.41, max: 102 },
      recognition,
      histogram: { from: -0.2, to: 0.8, same: bell(15), other: bell(5) },
      reference: { version: 1, recognition },
      trials: [
        { text: null, what: 'entry', result: { meanOther: 0.09, eer: 0.016, dPrime: 4.88, dPrimes: {} } },
        { text: 'mean: 0, std: 255', what: 'scale', result: null },
      ],
    },
    attributes: null,
    faults,
    remarks: ['Its entry must stay as it is anyway: a version never changes.'],
  };
}

/** A check that has ended, with these reports. */
export async function insertCheck(
  db: Database,
  version: number,
  reports: readonly NetworkReport[],
): Promise<void> {
  await db.query(
    `insert into network_checks (version, state, attempts, reports, created_by_login, start_time, end_time)
     values ($1, 'done', 1, $2, 'root@visionlabs.ai', now(), now())`,
    [version, JSON.stringify(reports)],
  );
}
