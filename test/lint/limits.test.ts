import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

interface Row {
  readonly what: string;
  readonly limit: string;
  readonly file: string;
}

const text = await readFile('docs/limits.md', 'utf8');
const rows = text
  .split('\n')
  .filter((line) => /^\| .*`[a-z/A-Z.]+\.(?:ts|yaml)` +\|$/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map((cells): Row => ({
    what: cells[1] ?? '',
    limit: cells[3] ?? '',
    file: (cells.at(-2) ?? '').replaceAll('`', ''),
  }));

test('every rule and limit of docs/limits.md names a file that exists', async () => {
  assert.ok(rows.length > 25, 'the tables are read');
  for (const { file } of rows) await readFile(file);
});

for (const [what, number] of [
  ['Failed log-ins', '30'],
  ['API tokens', '100'],
  ['Event streams', '1,024'],
  ['Connections', '16,384'],
  ['Body of a JSON request', '1,048,576'],
  ['Form', '262,144'],
  ['Values of one filter', '10,000'],
  ['Tasks at work', '200'],
  ['Database connections', '12'],
] as const) {
  test(`the limit of "${what}" is that of the code`, async () => {
    const row = rows.find((one) => one.what === what);
    assert.ok(row, 'the table has it');
    assert.ok(row.limit.split(/[ (]|,(?!\d)/).includes(number), row.limit);
    const code = (await readFile(row.file, 'utf8')).replaceAll(/(?<=\d)_(?=\d)/g, '');
    assert.match(code, new RegExp(String.raw`\b${number.replaceAll(',', '')}\b`));
  });
}
