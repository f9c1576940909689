import { globSync, readFileSync } from 'node:fs';
import { codeTexts } from './codeTexts.ts';
import { documentTexts, markdownTexts, templateTexts } from './markupTexts.ts';

/** Words that somebody may read: on a page, in an answer, a log, a terminal or a document. */
export interface Text {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

const code =
  '{activities,api,books,chaos,commands,db,domain,embedded,extraction,imagestore,platform,temporal,views,workflows}';

const readers: readonly {
  readonly files: string[];
  readonly read: (file: string, source: string) => Text[];
}[] = [
  { files: [`${code}/**/*.ts`, 'views/assets/*.js'], read: codeTexts },
  { files: ['views/**/*.njk'], read: templateTexts },
  { files: ['api/openapi.yaml', 'docs/*.yaml', 'ops/**/*.{yaml,yml,json}'], read: documentTexts },
  { files: ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'docs/*.md'], read: markdownTexts },
];

const isExample = (file: string): boolean => /examples?(\.ts|\/)|\.d\.ts$/.test(file);

/** Every text of the product, file by file. `root`: the folder of the project. */
export function allTexts(root: string): Text[] {
  return readers.flatMap(({ files, read }) =>
    globSync(files, { cwd: root, exclude: isExample })
      .sort()
      .flatMap((file) => read(file, readFileSync(`${root}/${file}`, 'utf8'))),
  );
}
