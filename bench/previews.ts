import type { Bed } from './harness/bed.ts';

const times = 5;

/** Seconds that the slowest of some previews took: of everything, of a half, of what statistics cannot know, of an extract. */
export async function slowestPreview({ tasks, accountId: account_id }: Bed): Promise<number> {
  const orders = [
    [4, { target: 'faces', filters: { account_id } }],
    [4, { target: 'faces', filters: { account_id, create_time__lt: new Date().toISOString() } }],
    [4, { target: 'faces', filters: { account_id, face_ids: ['80000000-0000-0000-0000-000000000000'] } }],
    [4, { target: 'faces', filters: { account_id, user_data: 'nobody has this' } }],
    [4, { target: 'face_descriptors', filters: { descriptor_version: 1 } }],
    [5, extractOf({ account_id }, 3)],
    [5, extractOf({ account_id }, 1)],
  ] as const;
  let slowest = 0;
  for (let n = 0; n < times; n++) {
    for (const [taskType, content] of orders) {
      const started = performance.now();
      await tasks.preview(taskType, content);
      slowest = Math.max(slowest, (performance.now() - started) / 1_000);
    }
  }
  return slowest;
}

function extractOf(filters: object, descriptor_version: number) {
  return {
    extraction_target: 'face_descriptor',
    options: { missing: true, descriptor_version },
    filters: { objects_type: 'faces', ...filters },
  };
}
