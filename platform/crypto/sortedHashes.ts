import { open, type FileHandle } from 'node:fs/promises';

/** A file that is not what it has to be. */
export class SortedHashesError extends Error {
  override readonly name = 'SortedHashesError';
}

export interface SortedHashes {
  /** Looks at the beginning and the end of the file. @throws SortedHashesError | the error of the file system */
  check(): Promise<void>;
  has(sha1: string): Promise<boolean>;
}

interface Line {
  readonly hash: string;
  /** Where the next one begins. */
  readonly end: number;
}

// 40 characters, a colon, a count of up to twelve digits, and one or two characters at the end.
const longestLine = 64;
/** What is left at the end is read at once: a block of most disks. */
const lastBytes = 4_096;
const linePattern = /^([0-9A-F]{40})(?::\d{1,12})?$/i;

/**
 * A text file of `SHA-1:count` lines, ordered by hash, as Have I Been Pwned offers it. It is searched where it is, in some
 * twenty short reads of forty gigabytes, and opened for each search: a file that was replaced counts from then on.
 */
export function createSortedHashes(path: string | URL): SortedHashes {
  const withFile = async <T>(work: (file: FileHandle, size: number) => Promise<T>): Promise<T> => {
    const file = await open(path);
    try {
      return await work(file, (await file.stat()).size);
    } finally {
      await file.close();
    }
  };
  return {
    check: () =>
      withFile(async (file, size) => {
        const whole =
          size <= 2 * lastBytes
            ? linesOf(await read(file, 0, 2 * lastBytes))
            : [
                // The lines in the middle are cut.
                ...linesOf(await read(file, 0, lastBytes)).slice(0, -1),
                ...linesOf(await read(file, size - lastBytes, lastBytes)).slice(1),
              ];
        if (whole.length === 0) throw new SortedHashesError('it is empty');
        const hashes = whole.map((line) => hashOf(line));
        if (hashes.some((hash, index) => index > 0 && hash < (hashes[index - 1] ?? '')))
          throw new SortedHashesError('it is not ordered by hash');
      }),

    has: (sha1) => withFile((file, size) => search(file, size, sha1.toUpperCase())),
  };
}

async function search(file: FileHandle, size: number, hash: string): Promise<boolean> {
  // The line of the hash, if there is one, begins from low to high, both included.
  let low = 0;
  let high = size;
  while (high - low > lastBytes) {
    const middle = Math.floor((low + high) / 2);
    const line = await lineAfter(file, middle);
    if (line === null || line.hash > hash) high = middle;
    else if (line.hash < hash) low = line.end;
    else return true;
  }
  const left = linesOf(await read(file, low, high - low + longestLine));
  return left.some((line) => line.slice(0, hash.length).toUpperCase() === hash);
}

/** The first line that begins after a place; null: there is none. */
async function lineAfter(file: FileHandle, place: number): Promise<Line | null> {
  const text = await read(file, place, 2 * longestLine);
  const begin = text.indexOf('\n') + 1;
  if (begin === 0 || begin === text.length) return null;
  const length = text.slice(begin).indexOf('\n') + 1 || text.length - begin;
  return { hash: hashOf(text.slice(begin, begin + length).trim()), end: place + begin + length };
}

async function read(file: FileHandle, position: number, length: number): Promise<string> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.toString('latin1', 0, bytesRead);
}

function linesOf(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line !== '');
}

/** @throws SortedHashesError */
function hashOf(line: string): string {
  const hash = linePattern.exec(line)?.[1];
  if (hash === undefined) throw new SortedHashesError('its lines are not SHA-1:count');
  return hash.toUpperCase();
}
