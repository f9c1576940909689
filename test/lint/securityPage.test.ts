import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { permissionsOf, permissionTable, roles, type Permission } from '../../domain/accounts/permission.ts';

const cells = (line: string): string[] =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

test('docs/security.md has the table of roles and permissions as the code has it', async () => {
  const lines = (await readFile('docs/security.md', 'utf8')).split('\n');
  const at = lines.findIndex((line) => line.startsWith('| permission '));
  assert.deepEqual(cells(lines[at] ?? ''), ['permission', ...roles, 'what it allows']);
  const end = lines.indexOf('', at);
  const names = Object.keys(permissionTable) as Permission[];
  assert.deepEqual(
    lines.slice(at + 2, end).map(cells),
    names.map((name) => [
      `\`${name}\``,
      ...roles.map((role) => (permissionsOf(role, false).has(name) ? 'yes' : '')),
      permissionTable[name].meaning,
    ]),
  );
});
