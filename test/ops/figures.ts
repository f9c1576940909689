export interface Exported {
  /** Every name that a query may use: of a histogram also its _bucket, _sum and _count. */
  readonly names: ReadonlySet<string>;
  /** The labels that have been seen with a name. */
  readonly labels: ReadonlyMap<string, ReadonlySet<string>>;
}

const suffixes: Readonly<Record<string, readonly string[]>> = {
  histogram: ['_bucket', '_sum', '_count'],
  summary: ['', '_sum', '_count'],
};

/** What texts in Prometheus's format export. */
export function readExported(texts: readonly string[]): Exported {
  const names = new Set<string>();
  const labels = new Map<string, Set<string>>();
  for (const line of texts.flatMap((text) => text.split('\n'))) {
    const type = /^# TYPE (\S+) (\S+)$/.exec(line);
    if (type !== null) {
      for (const suffix of suffixes[type[2] ?? ''] ?? ['']) names.add(`${type[1]}${suffix}`);
      continue;
    }
    const sample = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? /.exec(line);
    if (sample === null) continue;
    const [, name = '', list = ''] = sample;
    const known = labels.get(name) ?? new Set();
    for (const [, label = ''] of list.matchAll(/(\w+)="(?:[^"\\]|\\.)*"/g)) known.add(label);
    labels.set(name, known);
  }
  return { names, labels };
}
