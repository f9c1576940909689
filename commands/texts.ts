import { fileURLToPath } from 'node:url';
import { defineCommand, runCommand } from './cli/options.ts';
import { allTexts } from './texts/texts.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

await runCommand(
  defineCommand('npm run texts --', 'Prints every text that people read, with its place in the code.')
    .argument('[start]', 'only files whose path begins so, such as views/')
    .action((start = '') => {
      const texts = allTexts(root).filter(({ file }) => file.startsWith(start as string));
      process.stdout.write(texts.map(({ file, line, text }) => `${file}:${line}: ${text}\n`).join(''));
    }),
);
