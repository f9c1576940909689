import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { Minimatch } from 'minimatch';
import { isPhotoName } from '../../extraction/pictures/photoFiles.ts';
import { reasonOf } from '../../platform/reasonOf.ts';

/** Where a file lies: text, or its bytes where a name is not UTF-8. */
export type FilePath = string | Buffer;

/** What an import does not bring in, and why. */
export interface LeftOut {
  readonly file: FilePath;
  readonly reason: string;
  /** Whether it is named like a photo or may hide some. */
  readonly isMissed: boolean;
}

export interface FolderContent {
  /** In the order of their names. */
  readonly photos: readonly FilePath[];
  readonly leftOut: readonly LeftOut[];
  /** How many entries the patterns left out, a folder as one. */
  readonly excluded: number;
}

/**
 * Everything under a folder. What cannot be read is told and passed over. Links to files are read; links to folders are
 * not followed, so that no loop and no other disk is walked by accident.
 * @param isExcluded is asked with the path from the folder on, its parts divided by `/`
 */
export async function readPhotoFolder(
  folder: string,
  isExcluded: (path: string) => boolean,
): Promise<FolderContent> {
  const root = await realpath(folder);
  const photos: Buffer[] = [];
  const leftOut: LeftOut[] = [];
  let excluded = 0;
  const folders = [{ path: Buffer.from(folder), within: '' }];
  for (let at = folders.pop(); at !== undefined; at = folders.pop()) {
    const entries = await listEntries(at.path);
    if (!Array.isArray(entries)) {
      leftOut.push({ file: toFilePath(at.path), reason: entries.reason, isMissed: true });
      continue;
    }
    for (const entry of entries) {
      const path = Buffer.concat([at.path, Buffer.from('/'), entry.name]);
      const name = entry.name.toString();
      const within = at.within === '' ? name : `${at.within}/${name}`;
      const what = isExcluded(within) ? null : await judge(entry, path, root);
      if (what === null) excluded += 1;
      else if (what === 'folder') folders.push({ path, within });
      else if (what === 'photo') photos.push(path);
      else leftOut.push({ file: toFilePath(path), isMissed: isPhotoName(name), ...what });
    }
  }
  const inOrder = leftOut.sort((one, other) =>
    Buffer.compare(Buffer.from(one.file), Buffer.from(other.file)),
  );
  return { photos: photos.sort(Buffer.compare).map(toFilePath), leftOut: inOrder, excluded };
}

type Judged = 'folder' | 'photo' | { readonly reason: string; readonly isMissed?: boolean };

async function listEntries(folder: Buffer): Promise<Dirent<Buffer>[] | { readonly reason: string }> {
  try {
    return await readdir(folder, { withFileTypes: true, encoding: 'buffer' });
  } catch (error) {
    return { reason: `this folder cannot be read: ${reasonOf(error)}` };
  }
}

async function judge(entry: Dirent<Buffer>, path: Buffer, root: string): Promise<Judged> {
  if (entry.isDirectory()) return 'folder';
  if (entry.isSymbolicLink()) return judgeLink(path, root);
  return judgeFile(entry, path);
}

function judgeFile(entry: Pick<Dirent, 'isFile'>, path: Buffer): Judged {
  if (!isPhotoName(path.toString())) return { reason: 'not a photo by its name' };
  return entry.isFile() ? 'photo' : { reason: 'a device, pipe or socket, not a file' };
}

async function judgeLink(path: Buffer, root: string): Promise<Judged> {
  try {
    const target = await stat(path);
    if (!target.isDirectory()) return judgeFile(target, path);
    // What lies under the folder itself is found anyway.
    const isMissed = !`${await realpath(path)}/`.startsWith(`${root}/`);
    return { reason: 'a link to a folder: import that folder too, or exclude the link', isMissed };
  } catch (error) {
    return { reason: `a link that cannot be followed: ${reasonOf(error)}` };
  }
}

/** Text where it can be: what is a name to people is one to everything that reads it. */
function toFilePath(path: Buffer): FilePath {
  const text = path.toString();
  return Buffer.from(text).equals(path) ? text : path;
}

/** Hidden files, and the folders in which a Synology keeps small copies of its photos. */
export const defaultExcludes = ['.*', '@eaDir'] as const;

/**
 * Whether a path lies in what one of the patterns names. A pattern without a slash names files and folders wherever they
 * are; one with a slash, the path from the imported folder on. `**` stands for any number of folders.
 */
export function createExclude(patterns: readonly string[]): (path: string) => boolean {
  const matchers = patterns.map(
    (pattern) =>
      new Minimatch(pattern.replace(/^\.?\//, '').replace(/\/$/, ''), {
        ...{
          dot: true,
          matchBase: !pattern.replace(/\/$/, '').includes('/'),
          nocomment: true,
          nonegate: true,
        },
      }),
  );
  return (path) => matchers.some((matcher) => matcher.match(path));
}
