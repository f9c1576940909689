import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { renderChart } from './helm.ts';

const values = fileURLToPath(new URL('../../ops/helm/manifests.yaml', import.meta.url));

/** The folder of the files. */
export const manifestFolder = fileURLToPath(new URL('../../ops/kubernetes', import.meta.url));

/** What ops/kubernetes should be: a file for each template of the chart that renders anything. */
export async function renderManifestFiles(): Promise<Map<string, string>> {
  const rendered = await renderChart(['--values', values]);
  const files = new Map<string, string>();
  for (const part of rendered.split(/^---\n/m)) {
    const [, file, text = ''] = /^# Source: \S+\/templates\/(\S+)\n([^]*)$/.exec(part) ?? [];
    if (file === undefined) continue;
    const before = files.get(file);
    const document = `${text.trim()}\n`;
    files.set(file, before === undefined ? document : `${before}---\n${document}`);
  }
  const options = await resolveConfig(manifestFolder);
  for (const [file, text] of files) {
    const introduced = `# Rendered from ops/helm/luna-admin by npm run manifests.\n${text}`;
    files.set(file, await format(introduced, { ...options, parser: 'yaml' }));
  }
  return files;
}
