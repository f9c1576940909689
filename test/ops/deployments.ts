import { readdir, readFile } from 'node:fs/promises';
import { CORE_SCHEMA, load, loadAll, mergeTag } from 'js-yaml';
import type { Manifest } from './manifestFaults.ts';

export interface Service {
  readonly image: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets?: readonly string[];
  readonly networks?: readonly string[];
  readonly profiles?: readonly string[];
  readonly healthcheck?: object;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly build?: string;
  readonly logging?: { readonly driver: string; readonly options: Readonly<Record<string, string>> };
  readonly ports?: readonly string[];
  readonly stop_grace_period?: string;
  readonly volumes?: readonly (string | { readonly type: string; readonly target: string })[];
}

export interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean } | null>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

export async function readCompose(file = 'docker-compose.yml'): Promise<Compose> {
  return load(await readFile(file, 'utf8'), { schema: CORE_SCHEMA.withTags(mergeTag) }) as Compose;
}

export async function readManifests(): Promise<Manifest[]> {
  const files = await readdir('ops/kubernetes');
  const texts = await Promise.all(files.map((file) => readFile(`ops/kubernetes/${file}`, 'utf8')));
  return texts.flatMap((text) => loadAll(text) as Manifest[]);
}

interface Kustomization {
  readonly resources: readonly string[];
  readonly patches: readonly {
    readonly target: { readonly kind: string; readonly name?: string };
    readonly patch: string;
  }[];
}

interface Operation {
  readonly op: 'add' | 'replace' | 'test';
  readonly path: string;
  readonly value: unknown;
}

/** The manifests as ops/kustomization.yaml changes them: what kustomize does with the kinds of patches that are in it. */
export async function readPatchedManifests(): Promise<Manifest[]> {
  const { resources, patches } = load(await readFile('ops/kustomization.yaml', 'utf8')) as Kustomization;
  const texts = await Promise.all(resources.map((file) => readFile(`ops/${file}`, 'utf8')));
  let manifests = texts.flatMap((text) => loadAll(text) as (Manifest & { metadata: { name: string } })[]);
  for (const { target, patch } of patches) {
    const selected = manifests.filter(
      ({ kind, metadata }) => kind === target.kind && (target.name ?? metadata.name) === metadata.name,
    );
    if (selected.length === 0) throw new Error(`no manifest is ${JSON.stringify(target)}`);
    const changes = load(patch) as readonly Operation[] | { readonly $patch: 'delete' };
    if ('$patch' in changes) manifests = manifests.filter((each) => !selected.includes(each));
    else for (const manifest of selected) for (const change of changes) applyTo(manifest, change);
  }
  return manifests;
}

function applyTo(manifest: unknown, { op, path, value }: Operation): void {
  const names = path.split('/').slice(1);
  const last = names.pop() ?? '';
  const parent = names.reduce<Record<string, unknown>>(
    (at, name) => at[name] as Record<string, unknown>,
    manifest as Record<string, unknown>,
  );
  if (op === 'test' && parent[last] !== value) throw new Error(`${path} is not ${String(value)}`);
  if (op === 'replace' && !(last in parent)) throw new Error(`there is no ${path}`);
  if (op !== 'test')
    parent[Array.isArray(parent) && last === '-' ? parent.length : last] = structuredClone(value);
}
