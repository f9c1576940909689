import { runProgram } from './runProgram.ts';

/** PostgreSQL refuses to run as root; whoever starts it as root runs it as this system user instead. */
export interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

/** The user to run PostgreSQL as: null (oneself) unless this process is root; made when it is not there. */
export async function findPostgresUser(): Promise<SystemUser | null> {
  if (process.getuid?.() !== 0) return null;
  const found = await lookUp('postgres');
  if (found !== null) return found;
  await runProgram('useradd', ['--system', '--user-group', '--no-create-home', 'postgres']).catch(() =>
    runProgram('adduser', ['-S', '-D', '-H', 'postgres']),
  );
  const made = await lookUp('postgres');
  if (made === null)
    throw new Error('PostgreSQL cannot run as root, and the user "postgres" could not be created');
  return made;
}

async function lookUp(name: string): Promise<SystemUser | null> {
  try {
    const [uid, gid] = await Promise.all(['-u', '-g'].map((flag) => runProgram('id', [flag, name])));
    return { uid: Number(uid?.stdout), gid: Number(gid?.stdout) };
  } catch {
    return null;
  }
}
