import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defineCommand, runCommand } from './cli/options.ts';
import { manifestFolder, renderManifestFiles } from './manifests/manifestFiles.ts';

await runCommand(
  defineCommand('npm run manifests --', 'Renders ops/kubernetes from the Helm chart; needs Go once.').action(
    async () => {
      const files = await renderManifestFiles();
      for (const file of await readdir(manifestFolder))
        if (!files.has(file)) await rm(join(manifestFolder, file));
      for (const [file, text] of files) await writeFile(join(manifestFolder, file), text);
    },
  ),
);
