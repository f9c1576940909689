import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startChild, type Child } from '../../../commands/system/childProcess.ts';
import { environmentWith } from '../../../platform/config.ts';

export interface FixtureOptions {
  readonly mode?: 'good' | 'broken' | 'silent' | 'stubborn' | 'waiting';
  readonly signal?: AbortSignal;
  readonly readyLimitMs?: number;
  readonly folder?: string;
}

/** A small process like ours; see fixtures/child.ts. */
export function startFixture({
  mode = 'good',
  folder = newFolder(),
  ...rest
}: FixtureOptions = {}): Promise<Child> {
  return startChild({
    name: 'fixture',
    file: fileURLToPath(new URL('./fixtures/child.ts', import.meta.url)),
    args: [mode],
    env: environmentWith({}),
    pidFile: join(folder, 'fixture.json'),
    ...rest,
  });
}

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'luna-platform-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
