import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';

const [file, traced] = process.argv.slice(2);
if (file === undefined) throw new Error('usage: buildBundle FILE [traced]');
const interceptors = '@temporalio/interceptors-opentelemetry/lib/workflow-interceptors';
const { code } = await bundleWorkflowCode({
  workflowsPath: fileURLToPath(new URL('../workflows/index.ts', import.meta.url)),
  workflowInterceptorModules:
    traced === undefined ? [] : [createRequire(import.meta.url).resolve(interceptors)],
});
await writeFile(file, code);
process.exit(0);
