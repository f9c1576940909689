import assert from 'node:assert/strict';
import { beforeEach } from 'node:test';
import { openApi } from '../../support/servers/openApi.ts';

export const oldVersion = { content: { target: 'face_descriptors', filters: { descriptor_version: 1 } } };
export const newVersion = {
  description: 'new network',
  content: {
    extraction_target: 'face_descriptor',
    options: { missing: true, descriptor_version: 3 },
    filters: { objects_type: 'faces', create_time__lt: 'now-1d' },
  },
};

/** An API without tasks before each test, and what makes and moves them. */
export async function openTasks() {
  const { api, call } = await openApi();
  beforeEach(async () => {
    await api.db.query('truncate tasks restart identity cascade');
    api.told.length = 0;
    api.setEngine(true);
  });

  async function create(body: object = oldVersion, path = '/4/tasks/gc'): Promise<number> {
    const answer = await call('POST', path, { body });
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    return answer.body.task_id;
  }

  /** What the engine would have made of a task by now. */
  async function setTask(taskId: number, values: string): Promise<void> {
    await api.db.query(`update tasks set ${values} where task_id = $1`, [taskId]);
  }

  return { api, call, create, setTask };
}
