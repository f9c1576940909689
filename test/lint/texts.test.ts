import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { codeTexts } from '../../commands/texts/codeTexts.ts';
import { documentTexts, markdownTexts, templateTexts } from '../../commands/texts/markupTexts.ts';
import { allTexts } from '../../commands/texts/texts.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The first column of the last table of docs/style.md; a word that stands for any other is `…`. */
const avoided = readFileSync(`${root}/docs/style.md`, 'utf8')
  .split('## Words to avoid')[1]
  ?.split('\n')
  .flatMap((line) => /^\| ([^|]+?) +\|/.exec(line)?.[1]?.split(', ') ?? [])
  .filter((words) => !/^(?:avoid|-+)$/.test(words))
  .map((words) => new RegExp(`(?<![\\w-])${words.replaceAll(' …', ' [a-z]+')}(?![\\w-])`, 'i'));

const isQuoted = (file: string): boolean => file === 'docs/style.md';

function faultsOf(texts: readonly { readonly file: string; readonly line: number; readonly text: string }[]) {
  assert.ok(avoided !== undefined && avoided.length > 30, 'the style page lists the words');
  return texts.flatMap(({ file, line, text }) => {
    const found = isQuoted(file) ? undefined : avoided.find((words) => words.test(text));
    return found === undefined ? [] : [`${file}:${line}: ${found.source}: ${text}`];
  });
}

test('no text uses a word that the style page rules out', () => {
  const texts = allTexts(root);
  assert.ok(texts.length > 2_000, 'the texts were found');
  assert.deepEqual(faultsOf(texts), []);
});

test('a ruled-out word is found in code, a template, a document and Markdown, with its line', () => {
  const planted = [
    ...codeTexts('a.ts', "import 'x';\nconst text = `Nobody took ${count} tasks of late`;"),
    ...codeTexts('b.ts', 'say("select nobody from tasks where true");'),
    ...templateTexts('c.njk', '<p>\n{{ name }} died of it</p><a title="Mend it">x</a>{# nobody #}'),
    ...documentTexts('d.yaml', 'a:\n  description: >-\n    For ever and\n    ever\n  other: nobody'),
    ...markdownTexts('e.md', '`nobody`\n```\nsomebody\n```\nin earnest'),
  ];
  assert.deepEqual(
    faultsOf(planted).map((fault) => /^[^:]*:\d+/.exec(fault)?.[0]),
    ['a.ts:2', 'c.njk:2', 'c.njk:2', 'd.yaml:3', 'e.md:5'],
  );
});
