import { join } from 'node:path';
import ts from 'typescript';

/** Where the package kubernetes-types keeps what a manifest of this kind must be. */
function typeOf({ apiVersion, kind }: Manifest): string {
  const [group = '', version] = apiVersion.includes('/') ? apiVersion.split('/') : ['core', apiVersion];
  return `import('kubernetes-types/${group.split('.')[0]}/${version}').${kind}`;
}

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly spec?: unknown;
}

/** What is wrong with manifests by Kubernetes' own types: a field that is unknown, missing, or of another kind. */
export function manifestFaults(manifests: readonly Manifest[]): string[] {
  const file = join(import.meta.dirname, 'manifests.check.ts');
  const source = manifests
    .map((manifest, n) => `export const m${n}: ${typeOf(manifest)} = ${JSON.stringify(manifest, null, 1)};`)
    .join('\n');
  const options: ts.CompilerOptions = {
    ...{ strict: true, noEmit: true, skipLibCheck: true, types: [] },
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    module: ts.ModuleKind.ESNext,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => name === file || fileExists.call(host, name);
  host.getSourceFile = (name, ...more) =>
    name === file
      ? ts.createSourceFile(name, source, ts.ScriptTarget.ESNext)
      : getSourceFile.call(host, name, ...more);
  return ts
    .getPreEmitDiagnostics(ts.createProgram([file], options, host))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}
