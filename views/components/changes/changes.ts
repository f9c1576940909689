/** One thing that an action has set, changed or removed. */
export interface Change {
  readonly name: string;
  /** null: there was, or is, nothing under this name. */
  readonly before: string | null;
  readonly after: string | null;
}

export interface Changes {
  /** As many as can be read at a glance. */
  readonly first: readonly Change[];
  readonly rest: readonly Change[];
  readonly restWords: string;
}

const atAGlance = 3;

/** What differs between two states of one thing, value by value; either may be missing. */
export function changes(before: object | null, after: object | null, shown = atAGlance): Changes {
  const old = new Map(before === null ? [] : leaves(before));
  const fresh = new Map(after === null ? [] : leaves(after));
  const all = [...new Set([...old.keys(), ...fresh.keys()])]
    .map((path) => ({
      name: nameOf(path),
      before: old.get(path) ?? null,
      after: fresh.get(path) ?? null,
    }))
    .filter((change) => change.before !== change.after);
  const isFew = all.length <= shown + 1;
  const rest = isFew ? [] : all.slice(shown);
  return { first: isFew ? all : all.slice(0, shown), rest, restWords: `${rest.length} more` };
}

/** What a person would call it: where in a task's content it stands says nothing more. */
export function nameOf(path: string): string {
  return path
    .replace(/^content\./, '')
    .replace(/^(?:filters|options)\./, '')
    .replace(/__gte$/, ' from')
    .replace(/__lt$/, ' before')
    .replaceAll(/[_.]+/g, ' ');
}

/** Every value inside with the way to it; lists are values. What is null or empty says nothing. */
export function leaves(value: object, path = ''): [string, string][] {
  return Object.entries(value).flatMap(([name, inner]: [string, unknown]): [string, string][] => {
    const at = path === '' ? name : `${path}.${name}`;
    if (inner === null || inner === '') return [];
    if (Array.isArray(inner)) return [[at, inner.map(textOf).join(', ')]];
    return typeof inner === 'object' ? leaves(inner, at) : [[at, textOf(inner)]];
  });
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
