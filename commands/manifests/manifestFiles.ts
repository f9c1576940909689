import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { renderChart } from './helm.ts';

const ops = fileURLToPath(new URL('../../ops', import.meta.url));

/** The folders of rendered files, with the values of each besides those of the chart. */
export const manifestFolders = [
  { folder: `${ops}/kubernetes`, values: ['manifests'] },
  { folder: `${ops}/kubernetes-s3`, values: ['manifests', 'manifests-s3'] },
] as const;

type ManifestFolder = (typeof manifestFolders)[number];

/** What the files of a folder should be: one for each template of the chart that renders anything. */
export async function renderManifestFiles({ folder, values }: ManifestFolder): Promise<Map<string, string>> {
  const rendered = await renderChart(values.flatMap((name) => ['--values', `${ops}/helm/${name}.yaml`]));
  const files = new Map<string, string>();
  for (const part of rendered.split(/^---\n/m)) {
    const [, file, text = ''] = /^# Source: \S+\/templates\/(\S+)\n([^]*)$/.exec(part) ?? [];
    if (file === undefined) continue;
    const before = files.get(file);
    const document = `${text.trim()}\n`;
    files.set(file, before === undefined ? document : `${before}---\n${document}`);
  }
  const options = await resolveConfig(folder);
  for (const [file, text] of files) {
    const introduced = `# Rendered from ops/helm/luna-admin by npm run manifests.\n${text}`;
    files.set(file, await format(introduced, { ...options, parser: 'yaml' }));
  }
  return files;
}
