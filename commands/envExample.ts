import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { isSecret, settings } from '../platform/settings/settings.ts';
import { defineCommand, runCommand } from './cli/options.ts';

const file = fileURLToPath(new URL('../.env.example', import.meta.url));

const introduction = `# Every setting with its default. Generated from platform/settings/settings.ts by npm run env:example.
# "Or NAME_FILE": the value may be read from the file named by that variable instead.
`;

await runCommand(
  defineCommand('npm run env:example --', 'Writes .env.example from the settings.')
    .option('--check', 'only compare, and fail if the file is out of date')
    .action(async ({ check }: { check?: boolean }) => {
      const text = introduction + Object.entries(settings).map(describe).join('');
      if (check !== true) {
        await writeFile(file, text);
        return;
      }
      const found = await readFile(file, 'utf8').catch(() => '');
      if (found !== text) throw new Error('.env.example is out of date; run npm run env:example');
    }),
);

function describe([name, schema]: [string, (typeof settings)[keyof typeof settings]]): string {
  const standard = schema.safeParse(undefined).data;
  const value = Array.isArray(standard) ? standard.map(asText).join(',') : asText(standard ?? '');
  const orFile = isSecret(name) ? ` Or ${name}_FILE.` : '';
  return `\n# ${schema.description ?? ''}${orFile}\n#${name}=${value}\n`;
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
