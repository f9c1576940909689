import { Minimatch } from 'minimatch';

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
