import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { auditActions } from '../../domain/audit/actions.ts';
import { errorTable } from '../../domain/errors.ts';
import { permissionsOf, permissionTable, roles, type Permission } from '../../domain/accounts/permission.ts';

const cells = (line: string): string[] =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

test('docs/security.md lists every action of the audit as the code has it', async () => {
  const lines = (await readFile('docs/security.md', 'utf8')).split('\n');
  const at = lines.findIndex((line) => line.startsWith('| action '));
  assert.deepEqual(
    lines.slice(at + 2, lines.indexOf('', at)).map(cells),
    Object.entries(auditActions).map(([action, meaning]) => [`\`${action}\``, meaning]),
  );
});

test('the codes of security events in docs/security.md exist', async () => {
  const text = (await readFile('docs/security.md', 'utf8')).split('## Security events')[1] ?? '';
  const known = new Set(Object.values(errorTable).map(({ code }) => code));
  const codes = [...text.matchAll(/\b(?:1[12]|28)\d{3}\b/g)].map(([code]) => Number(code));
  assert.ok(codes.length > 20);
  for (const code of codes) assert.ok(known.has(code), `${code} is no error of the service`);
});

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
