import assert from 'node:assert/strict';
import { test } from 'node:test';
import { certificateOf, type ErasureFacts } from '../../../domain/gc/certificate.ts';
import { certificatePage } from '../../../views/pages/certificates/one.ts';

const facts: ErasureFacts = {
  certificateId: '01a1a1a1-0000-7000-8000-000000000001',
  issueTime: new Date('2026-11-30T12:00:00Z'),
  issuedBy: 'admin@example.com',
  subject: { type: 'task', id: '7' },
  task: {
    ...{ taskId: 7, state: 'done', createdByLogin: 'admin@example.com' },
    content: {
      target: 'faces',
      filters: {},
      remove_samples: true,
      remove_image_origins: false,
      store_results: true,
    },
    ...{ createTime: new Date('2026-11-30T11:00:00Z'), endTime: new Date('2026-11-30T11:30:00Z') },
    ...{ objectsDone: 3, objectsFailed: 0, samplesRemoved: 3, originsRemoved: 0 },
  },
  purgeTask: null,
  removedRows: [],
  check: { method: 'ids', checked: 3, of: 3, left: [] },
  storeAnswers: true,
  keepsVersions: false,
};
const verdictOf = (changes: Partial<ErasureFacts>): string =>
  certificatePage({ ...certificateOf({ ...facts, ...changes }), signature: '' }).verdict.text;

test('a certificate does not claim that nothing is left while the bucket keeps older versions', () => {
  const { nothing_left: nothing, not_covered: notCovered } = certificateOf({ ...facts, keepsVersions: true });
  assert.equal(nothing, false);
  assert.ok(notCovered.includes('older versions of pictures, which the sample store keeps'));
  assert.equal(
    verdictOf({ keepsVersions: true }),
    'The sample store keeps older versions of removed pictures.',
  );
});

test('a store that has no versions, or does not say, takes nothing from a certificate', () => {
  for (const keepsVersions of [false, null]) {
    assert.equal(certificateOf({ ...facts, keepsVersions }).nothing_left, true);
    assert.equal(verdictOf({ keepsVersions }), 'Nothing of it is left.');
  }
});
