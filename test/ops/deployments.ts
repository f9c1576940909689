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
