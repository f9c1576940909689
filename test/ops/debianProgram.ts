import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The program on the PATH, or the one that `.ci/debianProgram` unpacks out of Debian's package. */
export async function findProgram(
  name: string,
  versionArgument: string,
  debianPackage: string,
): Promise<string> {
  try {
    await run(name, [versionArgument]);
    return name;
  } catch {
    const { stdout } = await run('.ci/debianProgram', [debianPackage]).catch((cause: unknown) => {
      throw new Error(`${name} is not available: put it on the PATH`, { cause });
    });
    return join(stdout.trim(), name);
  }
}
