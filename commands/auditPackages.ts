import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { defineCommand, runCommand } from './cli/options.ts';
import { acceptedFindings, auditReport, judgeFindings } from './packages/judgeFindings.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

await runCommand(
  defineCommand(
    'npm run audit:packages --',
    'Asks the package registry for known vulnerabilities of what is shipped, and fails on serious ones that are not accepted.',
  )
    .option('--accepted <file>', 'accepted findings', `${root}.ci/accepted-findings.json`)
    .action(async ({ accepted }: { accepted: string }) => {
      const list = acceptedFindings.parse(JSON.parse(await readFile(accepted, 'utf8')));
      const answer = await askRegistry();
      const report = auditReport.safeParse(answer);
      if (!report.success) {
        // A build must not depend on another machine; the next one asks again.
        process.stderr.write(
          `Left out: the registry did not answer about vulnerabilities: ${reasonIn(answer)}\n`,
        );
        return;
      }
      const faults = judgeFindings(report.data, list, new Date().toISOString().slice(0, 10));
      if (faults.length > 0) throw new Error(`vulnerable packages are shipped:\n  ${faults.join('\n  ')}`);
      process.stdout.write('no serious vulnerability is known of what is shipped\n');
    }),
);

/** npm ends with an error when it has found something, too. */
async function askRegistry(): Promise<unknown> {
  const asked = promisify(execFile)('npm', ['audit', '--omit=dev', '--json'], { cwd: root, timeout: 60_000 });
  const { stdout } = await asked.catch((error: unknown) => error as { stdout?: string });
  try {
    return JSON.parse(stdout ?? '');
  } catch {
    return { message: 'no answer within a minute' };
  }
}

function reasonIn(answer: unknown): string {
  const { message } = answer as { readonly message?: unknown };
  return typeof message === 'string' ? message : 'not a report';
}
