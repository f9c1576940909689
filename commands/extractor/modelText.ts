import type { NetworkReport } from '../../domain/networks/report.ts';
import { formatBytes } from '../../views/assets/words.js';
import { textTable } from '../cli/textTable.ts';

/** What is known of the file itself, and what it took to run it. */
export function modelLines(report: NetworkReport): string[] {
  const { network, model, opened, speed } = report;
  const lines = [`model    ${network.model}`];
  if (model !== null) {
    const isAsSaid = model.isNamed ? 'as the entry says' : 'the entry names none';
    lines.push(
      `         ${formatBytes(model.bytes)}, opset ${model.opset ?? '?'}, IR version ${model.irVersion ?? '?'}`,
    );
    lines.push(`SHA-256  ${model.sha256}, ${isAsSaid}`);
  }
  if (opened !== null) lines.push(`opened   in ${Math.round(opened.seconds * 1_000)} ms`);
  if (speed !== null) {
    const [alone, together] = [speed.aloneMs, speed.inBatchMs].map((ms) => ms.toFixed(1));
    lines.push(
      `speed    ${alone} ms a sample alone, ${together} in a batch of ${network.batch} (decoding included)`,
      `memory   ${formatBytes(speed.memoryBytes)} of one process with ${network.threads === 1 ? 'one thread' : `${network.threads} threads`}`,
    );
  }
  return opened === null ? lines : [...lines, '', ...tensorLines(report)];
}

function tensorLines({ tensors }: NetworkReport): string[] {
  return textTable(
    ['', 'name', 'in the file', 'by the entry'],
    tensors.map(({ side, name, inFile, byEntry }) => [side, name, inFile, byEntry]),
  );
}
