import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

const text = await readFile('docs/asvs.md', 'utf8');
const rows = text
  .split('\n')
  .filter((line) => /^\| V\d/.test(line))
  .map((line) => {
    const [id = '', level = '', status = '', topic = '', evidence = ''] = line
      .slice(2, -2)
      .split(' | ')
      .map((cell) => cell.trim());
    return { id, level, status, topic, evidence };
  });

test('docs/asvs.md has every requirement of levels 1 and 2 of ASVS 5.0.0 once', () => {
  // As many as the standard's own file has of these levels.
  assert.equal(rows.length, 253);
  assert.equal(new Set(rows.map(({ id }) => id)).size, 253);
  for (const { id, level, status, topic, evidence } of rows) {
    assert.match(level, /^[12]$/, id);
    assert.match(status, /^(met|partly|not met|n\/a)$/, id);
    assert.ok(topic !== '' && evidence !== '', id);
  }
});

test('the files that docs/asvs.md names as evidence exist', () => {
  for (const { id, status, evidence } of rows) {
    const paths = [...evidence.matchAll(/`([\w.@-]+(?:\/[\w.@-]+)+\.\w+)`/g)].map(([, path = '']) => path);
    for (const path of paths) assert.ok(existsSync(path), `${id}: ${path}`);
    if (status === 'met') assert.ok(/`[^`]+`/.test(evidence), `${id} names nothing`);
  }
});

test('the counts at the top of docs/asvs.md are those of its rows', () => {
  const count = (wanted: string) => rows.filter(({ status }) => status === wanted).length;
  const words = `Of 253 requirements ${253 - count('n/a')} apply: ${count('met')} are met, ${count('partly')} partly, ${count('not met')} not.`;
  assert.ok(text.includes(words), words);
});
