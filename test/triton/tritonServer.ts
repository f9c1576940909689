import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rememberedPort } from '../../embedded/ports.ts';
import { plainEnvironment } from '../../platform/childEnvironment.ts';
import { createTestFolder } from '../support/folder.ts';
import { waitFor } from '../support/waitFor.ts';
import { installTriton } from './installTriton.ts';

export type TritonServer = Awaited<ReturnType<typeof createTritonServer>>;

const script = fileURLToPath(new URL('server.py', import.meta.url));
const model = fileURLToPath(new URL('../../extraction/networks/mobileface.onnx', import.meta.url));

/** A real Triton with mobileface as its model; killed without warning, and started again at the same address. */
export async function createTritonServer() {
  const python = await installTriton();
  const folder = await createTestFolder('triton');
  const [http, grpc] = [
    await rememberedPort(join(folder.path, 'http')),
    await rememberedPort(join(folder.path, 'grpc')),
  ];
  const url = `http://127.0.0.1:${http}`;
  let running: ChildProcess | null = null;
  let starts = 0;

  async function start(): Promise<void> {
    const workspace = join(folder.path, `workspace-${++starts}`);
    // A group of its own: server, model and script are killed by one signal.
    const child = spawn(python, [script, model, String(http), String(grpc), workspace], {
      detached: true,
      env: plainEnvironment(),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    running = child;
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said = `${said}${chunk.toString()}`.slice(-4_000)));
    await waitFor('Triton to be ready', async () => {
      if (child.exitCode !== null) return true;
      return (await fetch(`${url}/v2/models/mobileface/ready`)).ok;
    });
    if (child.exitCode !== null) throw new Error(`Triton does not start: ${said}`);
  }

  /** kill -9 of all that it consists of. */
  async function kill(): Promise<void> {
    const child = running;
    if (child?.pid === undefined || child.exitCode !== null) return;
    running = null;
    const left = leftovers(child.pid);
    const exited = once(child, 'exit');
    process.kill(-child.pid, 'SIGKILL');
    await exited;
    await waitFor('its address to be free', () =>
      fetch(url).then(
        () => false,
        () => true,
      ),
    );
    await removeLeftovers(child.pid, left);
  }

  return {
    url,
    start,
    kill,
    stop: async (): Promise<void> => {
      await kill();
      await folder.remove();
    },
  };
}

/** Folders of a server's models, which it makes beside everything else's and has no time to remove. */
function leftovers(group: number): readonly string[] {
  const said = execFileSync('ps', ['-ww', '-o', 'args=', '-s', String(group)], { encoding: 'utf8' });
  return said.match(/\/tmp\/folder\w{6}/g) ?? [];
}

async function removeLeftovers(pid: number, folders: readonly string[]): Promise<void> {
  const memory = (await readdir('/dev/shm')).filter((name) => name.startsWith(`pytrtion${pid}-`));
  for (const path of [...folders, ...memory.map((name) => join('/dev/shm', name))]) {
    await rm(path, { recursive: true, force: true });
  }
}
