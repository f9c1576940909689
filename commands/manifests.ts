import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defineCommand, runCommand } from './cli/options.ts';
import { manifestFolders, renderManifestFiles } from './manifests/manifestFiles.ts';

await runCommand(
  defineCommand(
    'npm run manifests --',
    'Renders ops/kubernetes and ops/kubernetes-s3 from the Helm chart; needs Go once.',
  ).action(async () => {
    for (const each of manifestFolders) {
      const files = await renderManifestFiles(each);
      await mkdir(each.folder, { recursive: true });
      for (const file of await readdir(each.folder)) if (!files.has(file)) await rm(join(each.folder, file));
      for (const [file, text] of files) await writeFile(join(each.folder, file), text);
    }
  }),
);
