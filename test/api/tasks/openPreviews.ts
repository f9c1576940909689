import assert from 'node:assert/strict';
import { beforeEach } from 'node:test';
import { buildFace, insertFaces } from '../../support/rows/rows.ts';
import { openApi } from '../../support/servers/openApi.ts';

export interface Preview {
  readonly count: number;
  readonly exact: boolean;
  readonly oldest: string | null;
  readonly newest: string | null;
  readonly sample: Record<string, unknown>[];
  readonly samples_left: { readonly count: number; readonly exact: boolean } | null;
  readonly without_sample: { readonly count: number; readonly exact: boolean } | null;
  readonly freed_bytes: number | null;
  readonly time: string;
  readonly estimated_seconds: number | null;
  readonly estimated_by: { readonly tasks: number; readonly objects_per_second: number } | null;
}

export const mine = '01900000-0000-7000-8000-00000000000a';
export const list = '01900000-0000-7000-8000-0000000000aa';

/** An API whose tables are empty before each test, and what asks it for previews. */
export async function openPreviews() {
  const { api, call } = await openApi();
  beforeEach(async () => {
    await api.db.query(
      `truncate tasks, faces, attributes, samples, list_faces, face_descriptors, events, event_descriptors
       restart identity cascade`,
    );
    api.told.length = 0;
  });

  async function preview(content: object, taskType = 4, prefix = '/4'): Promise<Preview> {
    const body = { task_type: taskType, content };
    const answer = await call('POST', `${prefix}/tasks/preview`, { body });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    return answer.body as unknown as Preview;
  }

  /** Faces of two accounts, a minute apart: every third is mine, every second is in a list. */
  async function insertSomeFaces(count: number) {
    const faces = Array.from({ length: count }, (_, n) =>
      buildFace({
        ...(n % 3 === 0 ? { accountId: mine } : {}),
        externalId: `no ${n}`,
        userData: n % 4 === 0 ? 'visitor' : '',
        listIds: n % 2 === 0 ? [list] : [],
        createTime: new Date(Date.UTC(2025, 0, 1, 0, n)).toISOString(),
        versions: n % 5 === 0 ? [1] : [1, 3],
      }),
    );
    await insertFaces(api.db, faces);
    return faces;
  }

  return { api, call, preview, insertSomeFaces };
}
