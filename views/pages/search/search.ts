import { formatCount } from '../../assets/words.js';
import type { EmptyState } from '../../components/emptyState/emptyState.ts';
import { eventPicture, type Picture } from '../../components/picture/picture.ts';
import type { PageHead } from '../../layout.ts';
import { paths } from '../../paths.ts';
import type { findPlaces } from './places.ts';

export interface SearchInput {
  /** As it was typed. */
  readonly text: string;
  readonly hits: readonly SearchHit[];
  readonly places: ReturnType<typeof findPlaces>;
  /** Passages of the API reference, the error codes and the manual. */
  readonly documents: readonly { readonly title: string; readonly place: string; readonly href: string }[];
  /** Kinds that could not be searched in time. */
  readonly late: readonly SearchKind[];
  /** Of each kind at most so many are looked for. */
  readonly limit: number;
  /** How many of the newest faces, and of the newest events, are searched for words. */
  readonly newest: number;
}

export interface SearchHit {
  readonly kind: SearchKind;
  readonly id: string;
  /** Empty: it has none. */
  readonly name: string;
  readonly note: string;
  readonly picture: 'face' | 'body' | null;
  readonly exact: boolean;
}

type SearchKind = keyof typeof kinds;

export interface SearchPage {
  readonly head: PageHead;
  readonly groups: readonly SearchGroup[];
  /** What can be typed; null: something was. */
  readonly hint: string | null;
  /** What may have been missed; null: nothing. */
  readonly late: string | null;
  /** null: something was found. */
  readonly empty: EmptyState | null;
}

interface SearchGroup {
  readonly title: string;
  readonly count: string;
  readonly rows: readonly SearchRow[];
}

interface SearchRow {
  readonly text: string;
  readonly note: string;
  readonly href: string;
  /** Of what has pictures. */
  readonly picture?: Picture;
}

/** In the order in which they are shown. `name`: what one without a name of its own is called. */
const kinds = {
  task: { title: 'Tasks', name: (id: string) => `Task ${id}`, href: (id: string) => paths.task(Number(id)) },
  face: { title: 'Faces', name: (id: string) => id, href: paths.face },
  event: { title: 'Events', name: (id: string) => id, href: paths.event },
  list: { title: 'Lists', name: (id: string) => id, href: (id: string) => paths.list(id) },
  account: { title: 'Accounts', name: (id: string) => id, href: (id: string) => paths.account(id) },
  schedule: {
    title: 'Schedules',
    name: (id: string) => `Schedule ${id}`,
    href: (id: string) => paths.schedule(Number(id)),
  },
  upgrade: {
    title: 'Upgrades',
    name: (id: string) => `Upgrade ${id}`,
    href: (id: string) => paths.upgrade(Number(id)),
  },
  error: {
    title: 'Errors of tasks',
    name: (id: string) => `Error ${id}`,
    href: (id: string) => paths.errors({ error_ids: id }),
  },
} as const;

const hint =
  'Type an id, a task number, a login, a description, the beginning of an external id, user data, an error code or the name of a page.';

const numbered: ReadonlySet<string> = new Set<SearchKind>(['task', 'schedule', 'upgrade', 'error']);

export function searchPage(input: SearchInput): SearchPage {
  const { text, hits, places, documents, late, limit, newest } = input;
  const groups = [
    ...Object.entries(kinds).map(([kind, { title }]) => ({
      title,
      rows: hits.filter((hit) => hit.kind === kind).map(rowOf),
    })),
    ...['Pages and actions', 'Networks', 'Error codes'].map((title) => ({
      title,
      rows: places.filter(({ group }) => group === title),
    })),
    {
      title: 'Documents',
      rows: [
        ...documents.map(({ title, place, href }) => ({ text: title, note: place, href })),
        ...(documents.length === 0
          ? []
          : [{ text: 'All places in the documents', note: '', href: paths.searchDocuments({ q: text }) }]),
      ],
    },
  ].filter(({ rows }) => rows.length > 0);
  return {
    head: { title: text === '' ? 'Search' : `${text} · Search`, section: null, searched: text },
    groups: groups.map(({ title, rows }) => ({
      title,
      rows,
      count: rows.length < limit || text === '' ? String(rows.length) : `first ${limit}`,
    })),
    hint: text === '' ? hint : null,
    late:
      late.length === 0
        ? null
        : `${late.map((kind) => kinds[kind].title).join(', ')}: the search took too long, so there may be more.`,
    empty: groups.some(({ title }) => title !== 'Documents')
      ? null
      : {
          title: 'Nothing found',
          text: `Nothing matches “${text}”. Ids must be complete; external ids, sources and track ids match from their beginning. Words inside user data are searched in the newest ${formatCount(newest)} faces and events.`,
          action: null,
        },
  };
}

/** Where the only thing that is meant is shown; null: several are, or none is. */
export function onlyHit({ hits, places }: Pick<SearchInput, 'hits' | 'places'>): string | null {
  const exact = [...hits.map(rowOf), ...places].filter((hit) => hit.exact);
  return exact.length === 1 ? (exact[0]?.href ?? null) : null;
}

function rowOf({ kind, id, name, note, picture, exact }: SearchHit): SearchRow & { readonly exact: boolean } {
  const { name: called, href } = kinds[kind];
  const isNumbered = numbered.has(kind);
  const own = called(id);
  return {
    text: name === '' ? own : isNumbered ? `${own}: ${name}` : name,
    note: isNumbered || name === '' ? note : [note, id].filter(Boolean).join(' · '),
    href: href(id),
    ...(kind === 'face' || kind === 'event'
      ? { picture: eventPicture(id, picture === null ? [] : [picture]) }
      : {}),
    exact,
  };
}
