import { fileURLToPath } from 'node:url';
import { runProgram } from '../../embedded/runProgram.ts';
import { installGoProgram, whyNotBuilt, type GoProgram } from '../system/goProgram.ts';

const helm: GoProgram = { name: 'helm', path: 'helm.sh/helm/v4/cmd/helm', version: 'v4.3.2', goMinor: 26 };

const chart = fileURLToPath(new URL('../../ops/helm/luna-admin', import.meta.url));

/** Null: `runHelm` and `renderChart` can run. */
export const whyNoHelm = (): Promise<string | null> => whyNotBuilt(helm);

/** Runs a command of Helm on the chart, such as `lint`; the first call builds Helm. */
export async function runHelm(command: string, args: readonly string[] = []): Promise<string> {
  const program = await installGoProgram(helm);
  const { stdout } = await runProgram(program, [command, chart, ...args], { maxBuffer: 16 * 1024 * 1024 });
  return stdout;
}

/** What would be installed, as YAML. */
export async function renderChart(args: readonly string[]): Promise<string> {
  const program = await installGoProgram(helm);
  const given = ['template', 'luna-admin', chart, '--namespace', 'luna-admin', ...args];
  const { stdout } = await runProgram(program, given, { maxBuffer: 16 * 1024 * 1024 });
  return stdout;
}
