import assert from 'node:assert/strict';
import { beforeEach } from 'node:test';
import type { Role } from '../../../domain/accounts/permission.ts';
import { accountOfRole } from '../../support/rows/accountOfRole.ts';
import { buildFace, insertFaces } from '../../support/rows/rows.ts';
import { openApi } from '../../support/servers/openApi.ts';
import type { Client } from '../../support/servers/documentedClient.ts';

/** So many faces there are before each test; two objects more than need no approval. */
export const faces = 5;
export const removal = { content: { target: 'faces', filters: { user_data: 'old' } } };
export const version = { content: { target: 'face_descriptors', filters: { descriptor_version: 1 } } };

/** An API in which a removal of more than three objects needs another administrator, and two of these. */
export async function openApprovals() {
  const { api, call } = await openApi({ approvalObjects: 3 });
  const second = await accountOfRole(call, api.url, 'admin', 'second@example.com');

  beforeEach(async () => {
    await api.db.query(
      'truncate tasks, schedules, faces, face_descriptors, notifications restart identity cascade',
    );
    await api.db.query(`update accounts set role = 'admin'`);
    await insertFaces(
      api.db,
      Array.from({ length: faces }, () => buildFace({ userData: 'old' })),
    );
    api.told.length = 0;
    api.setEngine(true);
  });

  const order = async (body: object = removal, as: Client = call): Promise<number> => {
    const answer = await as('POST', '/4/tasks/gc', { body });
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    return answer.body.task_id;
  };
  const decide = (
    as: Client,
    taskId: number,
    action: 'approve' | 'reject',
    more: { readonly count?: number } = {},
  ) => as('PATCH', `/4/tasks/${taskId}`, { body: { action, reason: 'ticket 1234', ...more } });
  const task = async (taskId: number) => (await call('GET', `/4/tasks/${taskId}`)).body;
  const audit = async (type: 'task' | 'schedule', id: number) =>
    api.db.query<{ login: string; action: string; after: Record<string, unknown> }>(
      'select login, action, after from audit where object_type = $1 and object_id = $2 order by audit_id desc',
      [type, String(id)],
    );
  const setRole = async (login: string, role: Role): Promise<void> => {
    await api.db.query('update accounts set role = $2 where login = $1', [login, role]);
  };
  return { api, call, second, order, decide, task, audit, setRole };
}
