import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { minimatch } from 'minimatch';
import { codeTexts } from './codeTexts.ts';
import { documentTexts, markdownTexts, templateTexts } from './markupTexts.ts';

/** Words that a person may read: on a page, in an answer, a log, a terminal or a document. */
export interface Text {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

const folders =
  'activities,api,books,chaos,commands,db,docs,domain,embedded,extraction,imagestore,ops,platform,temporal,views,workflows';
const readers: readonly {
  readonly files: string;
  readonly read: (file: string, source: string) => Text[];
}[] = [
  { files: `{${folders}}/**/*.ts`, read: codeTexts },
  { files: 'views/assets/*.js', read: codeTexts },
  { files: 'views/**/*.njk', read: templateTexts },
  { files: '{api/openapi.yaml,docs/*.yaml,ops/**/*.{yaml,yml,json}}', read: documentTexts },
  { files: '{*.md,docs/*.md}', read: markdownTexts },
];
// The templates of the Helm chart are not YAML; what they render is in ops/kubernetes.
const isLeftOut = /examples?(\.ts|\/)|\.d\.ts$|NOTICES|^ops\/helm\/.*\/templates\//;

/** Every text of the product, file by file. `root`: the folder of the project. */
export function allTexts(root: string): Text[] {
  const files = [root, ...folders.split(',').map((folder) => join(root, folder))]
    .flatMap((folder) => readdirSync(folder, { recursive: folder !== root, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length).replace(/^\//, ''))
    .filter((file) => !isLeftOut.test(file))
    .sort();
  return readers.flatMap(({ files: pattern, read }) =>
    files
      .filter((file) => minimatch(file, pattern))
      .flatMap((file) => read(file, readFileSync(join(root, file), 'utf8'))),
  );
}
