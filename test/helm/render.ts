import { loadAll } from 'js-yaml';
import { renderChart } from '../../commands/manifests/helm.ts';
import type { Manifest } from '../ops/manifestFaults.ts';

export interface Rendered extends Manifest {
  readonly metadata: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/** Values over those of the chart. */
export type Values = Readonly<Record<string, unknown>>;

export function toArguments(values: Values): string[] {
  return Object.entries(values).flatMap(([name, value]) => [
    '--set-json',
    `${name}=${JSON.stringify(value)}`,
  ]);
}

/** The objects that would be installed; `namespace`: default luna-admin. */
export async function render(
  values: Values,
  { namespace }: { readonly namespace?: string } = {},
): Promise<Rendered[]> {
  const place = namespace === undefined ? [] : ['--namespace', namespace];
  const text = await renderChart([...toArguments(values), ...place]);
  return (loadAll(text) as (Rendered | null)[]).filter((each) => each !== null);
}

/** The one of a kind that is called luna-admin-NAME. */
export function objectOf(objects: readonly Rendered[], kind: string, name: string): Rendered | undefined {
  return objects.find((each) => each.kind === kind && each.metadata.name === `luna-admin-${name}`);
}
