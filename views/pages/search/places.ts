import type { Permission, Permissions } from '../../../domain/accounts/permission.ts';
import { errorTable } from '../../../domain/errors.ts';
import { paths } from '../../paths.ts';
import { errorAdvice } from '../documents/errorAdvice.ts';
import { kindWords, neededForKind, taskKinds } from '../tasks/taskKinds.ts';

/** A page, an action or an entry of the documentation, which are found by their words. */
export interface Place {
  readonly group: 'Pages and actions' | 'Error codes' | 'Networks';
  readonly text: string;
  readonly note: string;
  readonly href: string;
}

interface FoundPlace extends Place {
  readonly exact: boolean;
}

/** `also`: other words that people look for. `needs`: what it takes beyond the search itself. */
const pages: readonly (Omit<Place, 'group' | 'note'> & {
  readonly also?: string;
  readonly note?: string;
  readonly needs?: Permission;
})[] = [
  { text: 'Home', href: paths.home, also: 'start overview dashboard' },
  { text: 'Tasks', href: paths.tasks(), also: 'jobs runs' },
  { text: 'Errors', href: paths.errors(), also: 'failures' },
  { text: 'Schedules', href: paths.schedules(), also: 'cron' },
  { text: 'Networks', href: paths.networks, also: 'extractors versions descriptors' },
  { text: 'Accounts', href: paths.accounts(), also: 'users logins admins' },
  { text: 'Audit', href: paths.audit(), needs: 'audit', also: 'history who log' },
  { text: 'Help', href: paths.help, also: 'version about' },
  ...taskKinds.map((kind) => ({
    text: `New task: ${kindWords[kind].text.toLowerCase()}`,
    href: paths.newTask(kind),
    needs: neededForKind(kind),
    also: `create start ${kind.startsWith('gc') ? 'gc garbage collection delete' : 'additional extraction descriptors'}`,
  })),
  { text: 'New schedule', href: paths.newSchedule(), needs: 'run', also: 'create cron repeat' },
  {
    text: 'New network upgrade',
    href: paths.newUpgrade(),
    needs: 'administer',
    also: 'create version migrate',
  },
  { text: 'Settings', href: paths.settings, needs: 'run', also: 'configuration environment variables' },
  { text: 'Change your password', href: paths.password, also: 'security' },
  { text: 'Manual', href: paths.manual, also: 'documentation docs guide' },
  { text: 'API reference', href: paths.apiReference, also: 'documentation docs openapi swagger' },
  { text: 'Error codes', href: paths.errorReference, also: 'documentation docs reference' },
];

/** Each word typed begins one of theirs; an error code and a version are named by their number, too. */
export function findPlaces(
  text: string,
  permissions: Permissions,
  networks: readonly { readonly version: number; readonly kind: string; readonly name: string }[],
  limit: number,
): FoundPlace[] {
  const wanted = wordsOf(text);
  const offered = pages.filter(({ needs = 'view' }) => permissions.has(needs));
  // Somebody who has typed nothing yet is shown where they can go.
  if (text === '')
    return offered.map((page) => ({ note: '', ...page, group: 'Pages and actions', exact: false }));
  if (wanted.length === 0) return [];
  const fits = (words: string): boolean => {
    const known = wordsOf(words);
    return wanted.every((word) => known.some((one) => one.startsWith(word)));
  };
  const isText = (words: string): boolean => words.toLowerCase() === text.toLowerCase();
  const code = /^(?:error|code)?\s*(\d+)$/i.exec(text)?.[1];
  const version = /^(?:version|network|v)?\s*(\d+)$/i.exec(text)?.[1];
  const found = [
    ...offered
      .filter(({ text: name, also = '' }) => fits(`${name} ${also}`))
      .map((page) => ({ note: '', ...page, group: 'Pages and actions' as const, exact: isText(page.text) })),
    ...Object.entries(errorTable)
      .filter(([, entry]) => String(entry.code) === code || fits(entry.desc))
      .map(([name, entry]) => ({
        ...{
          group: 'Error codes' as const,
          text: `${entry.code} ${entry.desc}`,
          href: paths.errorCode(entry.code),
        },
        ...{
          note: errorAdvice[name as keyof typeof errorAdvice],
          exact: String(code) === text || isText(entry.desc),
        },
      })),
    ...networks
      .filter((network) => String(network.version) === version || fits(network.name))
      .map((network) => ({
        ...{
          group: 'Networks' as const,
          text: `Version ${network.version}, ${network.name}`,
          href: paths.network(network.version),
        },
        ...{ note: network.kind, exact: String(network.version) === version },
      })),
  ];
  const counts = new Map<string, number>();
  return found.filter(({ group }) => {
    counts.set(group, (counts.get(group) ?? 0) + 1);
    return (counts.get(group) ?? 0) <= limit;
  });
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}
