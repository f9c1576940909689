import { parser } from '@prometheus-io/lezer-promql';

export interface QueryNames {
  readonly names: ReadonlySet<string>;
  /** What is selected or grouped by. */
  readonly labels: ReadonlySet<string>;
}

/** The figures and labels that a query names. Throws when Prometheus could not read the query. */
export function namesOfQuery(query: string): QueryNames {
  const names = new Set<string>();
  const labels = new Set<string>();
  parser.parse(query).iterate({
    enter: ({ type, from, to, node }) => {
      const text = query.slice(from, to);
      if (type.isError) throw new SyntaxError(`not a query: ${query} (at ${from})`);
      if (type.name === 'Identifier' && node.parent?.name === 'VectorSelector') names.add(text);
      if (type.name === 'LabelName') labels.add(text);
    },
  });
  return { names, labels };
}
