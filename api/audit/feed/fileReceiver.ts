import { open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { FeedReceiver } from './receiver.ts';

const ownerOnly = 0o600;

/**
 * Appends entries to a file. It is opened for each batch: after a rotation, by renaming or by truncating, the next batch is in
 * the new one.
 */
export function createFileReceiver(path: string): FeedReceiver {
  return {
    name: 'file',
    send: async ({ body }) => {
      const file = await open(path, 'a+', ownerOnly);
      try {
        const { size } = await file.stat();
        // Of a batch that was cut short by a crash or a full disk: what follows is a line of its own.
        const begin = size > 0 && !(await endsWithLine(file, size)) ? '\n' : '';
        await file.appendFile(begin + body);
        await file.datasync();
        if (size === 0) await syncFolder(dirname(path));
      } finally {
        await file.close();
      }
    },
  };
}

async function endsWithLine(file: FileHandle, size: number): Promise<boolean> {
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer.toString() === '\n';
}

/** A new file is only there after a crash if its folder was written too. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
