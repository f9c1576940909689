import assert from 'node:assert/strict';
import { isSecret, readersOf, type Role } from '../../platform/settings/settings.ts';
import type { Manifest } from './manifestFaults.ts';

interface Variable {
  readonly name: string;
  readonly value?: string;
}
interface Source {
  readonly secret?: {
    readonly name: string;
    readonly items?: readonly { readonly key: string; readonly path: string }[];
  };
  readonly serviceAccountToken?: { readonly path: string };
}
interface Volume {
  readonly name: string;
  readonly projected?: { readonly sources: readonly Source[] };
}

export interface Pod {
  readonly component: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly env: readonly Variable[];
  readonly mounts: readonly { readonly name: string; readonly mountPath: string }[];
  readonly volumes: readonly Volume[];
}

export const componentLabel = 'app.kubernetes.io/component';

export const roleOf = (name: string): Role =>
  name === 'api' ? 'api' : ['migrate', 'import'].includes(name) ? 'command' : 'worker';

/** The pods of Deployments and Jobs. */
export function podsOf(manifests: readonly Manifest[]): Pod[] {
  return manifests.filter(({ kind }) => kind === 'Deployment' || kind === 'Job').map(toPod);
}

function toPod({ spec }: Manifest): Pod {
  const { template } = spec as {
    template: {
      metadata: { labels: Record<string, string> };
      spec: { containers: [{ env?: Variable[]; volumeMounts: Pod['mounts'] }]; volumes: Volume[] };
    };
  };
  const { labels } = template.metadata;
  const [container] = template.spec.containers;
  return {
    ...{ labels, component: labels[componentLabel] ?? '', volumes: template.spec.volumes },
    ...{ env: container.env ?? [], mounts: container.volumeMounts },
  };
}

/** The settings of the ConfigMap, as variables. */
export function sharedVariables(manifests: readonly Manifest[]): Variable[] {
  const { data } = manifests.find(({ kind }) => kind === 'ConfigMap') as unknown as {
    data: Record<string, string>;
  };
  return Object.entries(data).map(([name, value]) => ({ name, value }));
}

/** The secrets among variables, by their settings. */
export function secretsAmong(variables: readonly Variable[]): Variable[] {
  return variables
    .map(({ name, ...rest }) => ({ ...rest, name: name.replace(/_FILE$/, '') }))
    .filter(({ name }) => isSecret(name));
}

/** A pod is given the secrets that its process may read, and mounts the files that it is told of, and no other. */
export function assertOwnSecretsOnly(pod: Pod, shared: readonly Variable[]): void {
  const given = secretsAmong([...shared, ...pod.env]);
  for (const { name } of given)
    assert.ok(readersOf(name).includes(roleOf(pod.component)), `${pod.component} ${name}`);
  const mounted = pod.volumes.flatMap(({ name, projected }) => {
    const path = pod.mounts.find((mount) => mount.name === name)?.mountPath ?? '';
    return (projected?.sources ?? []).flatMap(({ secret }) => {
      if (secret === undefined) return [];
      const items = secret.items ?? assert.fail(`${pod.component} mounts every key`);
      return items.map((item) => `${path}/${item.path}`);
    });
  });
  const read = given.flatMap(({ value }) => (value === undefined ? [] : [value]));
  assert.deepEqual(mounted.sort(), read.sort(), pod.component);
}
