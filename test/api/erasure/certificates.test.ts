import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { v7 as newId } from 'uuid';
import type { SignedCertificate } from '../../../db/gc/certificateStore.ts';
import { createGcByHand } from '../../support/engine/gcByHand.ts';
import { createTestFolder } from '../../support/folder.ts';
import { rootLogin } from '../../support/servers/apiServer.ts';
import { openApi } from '../../support/servers/openApi.ts';
import { buildFace, insertFaces } from '../../support/rows/rows.ts';

const { api, call } = await openApi();
const folder = await createTestFolder('certificates');
after(() => folder.remove());
const byHand = createGcByHand(api.db);
let groups = 0;

/** Faces that a gc removes, and the gc. */
async function removed({ count = 3, face = {}, request = {} } = {}) {
  const externalId = `group ${++groups}`;
  const faces = Array.from({ length: count }, (_, n) =>
    buildFace({ externalId, versions: [1, 3], storageKey: `${groups}-key-${n}`, ...face }),
  );
  await insertFaces(api.db, faces);
  const { taskId } = await byHand.run({
    target: 'faces',
    filters: { external_ids: [externalId] },
    ...request,
  });
  return { taskId, faces, faceId: faces[0]?.faceId ?? '' };
}

async function certify(path: string): Promise<SignedCertificate> {
  const { status, body } = await call('POST', `/4${path}/certificate`);
  assert.equal(status, 201, JSON.stringify(body));
  return body as unknown as SignedCertificate;
}

const refused = async (path: string): Promise<unknown[]> => {
  const { status, body } = await call('POST', `/4${path}/certificate`);
  return [status, body.error_code];
};

/** As the sweep does, when the files are gone. */
const settleFiles = (): Promise<unknown> => api.db.query('delete from sample_tombstones');

test('the certificate of a gc says what it removed: objects, rows, descriptors by version, pictures, by whom and when', async () => {
  const { taskId } = await removed({ request: { remove_samples: true } });
  await settleFiles();
  const {
    subject,
    removal,
    removed: gone,
    check,
    left,
    nothing_left,
    issued_by,
  } = await certify(`/tasks/${taskId}`);
  assert.deepEqual(subject, { type: 'task', id: String(taskId) });
  assert.deepEqual(
    [removal.task_id, removal.state, removal.created_by, issued_by],
    [taskId, 'done', 'tester', rootLogin],
  );
  assert.deepEqual(
    [gone.objects, gone.rows],
    [
      3,
      [
        { table: 'attributes', descriptor_version: null, count: 3 },
        { table: 'face_descriptors', descriptor_version: 1, count: 3 },
        { table: 'face_descriptors', descriptor_version: 3, count: 3 },
      ],
    ],
  );
  assert.deepEqual(check, {
    ...{ method: 'ids', objects_checked: 3, objects_removed: 3, is_complete: true },
    sample_store_answers: true,
    sample_store_keeps_versions: false,
  });
  assert.deepEqual([left, nothing_left], [[], true]);
});

test('a picture that is still to be deleted is told, and one that could not be deleted', async () => {
  const { taskId, faceId, faces } = await removed({ request: { remove_samples: true } });
  await api.db.query(
    `insert into sample_tombstones (storage_key, task_id, part_no, object_id)
     select gen_random_uuid()::text, $1, 1, id from unnest($2::uuid[]) id`,
    [taskId, faces.map((face) => face.faceId)],
  );
  const pending = await certify(`/tasks/${taskId}`);
  assert.deepEqual(
    [pending.nothing_left, pending.left],
    [false, [{ what: 'pictures that are still to be deleted', count: 3 }]],
  );
  await api.db.query("update sample_tombstones set state = 'refused'");
  const { nothing_left: nothing, left } = await certify(`/faces/${faceId}`);
  assert.deepEqual([nothing, left], [false, [{ what: 'pictures that could not be deleted yet', count: 1 }]]);
  await settleFiles();
  assert.equal((await certify(`/faces/${faceId}`)).nothing_left, true);
});

test('what an undo window keeps is told, until it is over', async () => {
  const { taskId, faceId } = await removed({ request: { undo_window: '7d', remove_samples: true } });
  const { nothing_left: nothing, left } = await certify(`/tasks/${taskId}`);
  assert.equal(nothing, false);
  assert.ok(
    left.some(({ what, count }) => what.startsWith('rows of faces that an undo can restore') && count === 3),
  );
  const ofFace = await certify(`/faces/${faceId}`);
  assert.ok(
    ofFace.left.some(({ what, count }) => what === 'rows of samples that an undo can restore' && count === 1),
  );
});

test('rows of a removed face that have come back are found in each table', async () => {
  const { taskId, faceId } = await removed({ face: { storageKey: null }, request: { remove_samples: true } });
  await insertFaces(api.db, [buildFace({ faceId, versions: [1] })]);
  await api.db.query('delete from faces where face_id = $1', [faceId]);
  await api.db.query("insert into image_origins values ($1, 1, 'http://a.example')", [faceId]);
  const { left } = await certify(`/tasks/${taskId}`);
  assert.deepEqual(
    left.map(({ what, count }) => `${count} ${what}`),
    ['attributes', 'face_descriptors', 'image_origins', 'samples'].map((table) => `1 rows in ${table}`),
  );
  assert.equal((await certify(`/faces/${faceId}`)).nothing_left, false);
});

test('an event of the removed person is told, because it may have a picture', async () => {
  const { faceId } = await removed();
  await api.db.query(
    'insert into events (event_id, account_id, face_id) values (gen_random_uuid(), gen_random_uuid(), $1)',
    [faceId],
  );
  const { left } = await certify(`/faces/${faceId}`);
  assert.deepEqual(left, [{ what: 'events that name the face', count: 1 }]);
});

test('pictures that the gc was told to keep are named among what is not covered', async () => {
  const { taskId } = await removed();
  const { not_covered: notCovered } = await certify(`/tasks/${taskId}`);
  assert.ok(notCovered.includes('pictures in the sample store, which the gc was told to keep'));
  assert.ok(notCovered.some((text) => text.startsWith('backups')));
});

test('a gc without a result is checked by its filters', async () => {
  const { taskId, faces } = await removed({ request: { store_results: false } });
  const { check, nothing_left: nothing } = await certify(`/tasks/${taskId}`);
  assert.deepEqual([check.method, check.is_complete, nothing], ['filters', true, true]);
  await insertFaces(
    api.db,
    faces.slice(0, 2).map(({ externalId }) => buildFace({ externalId })),
  );
  const again = await certify(`/tasks/${taskId}`);
  assert.deepEqual(again.left, [{ what: 'objects that match its filters (counted up to 1000)', count: 2 }]);
});

test('of a result of hundreds of thousands of ids evenly spaced batches are checked, and the certificate says so', async () => {
  const { taskId, faceId } = await removed();
  await api.db.query(
    `insert into task_result_chunks (task_id, part_no, seq, count, ids)
     select $1, 99, n, 10000, array(select gen_random_uuid() from generate_series(1, 10000) x where n > 0) from generate_series(1, 50) n`,
    [taskId],
  );
  const { check, nothing_left: nothing } = await certify(`/tasks/${taskId}`);
  assert.equal(check.objects_removed, 500_003);
  assert.ok(
    check.objects_checked > 150_000 && check.objects_checked < 200_004,
    String(check.objects_checked),
  );
  assert.deepEqual([check.is_complete, nothing], [false, true]);
  assert.equal((await certify(`/faces/${faceId}`)).check.is_complete, true);
});

test('no certificate is issued for what exists, was never removed, or is no finished removal', async () => {
  const there = buildFace();
  await insertFaces(api.db, [there]);
  assert.deepEqual(await refused(`/faces/${there.faceId}`), [409, 28132]);
  assert.deepEqual(await refused(`/faces/${newId()}`), [404, 28131]);
  assert.deepEqual(await refused(`/events/${newId()}`), [404, 28131]);
  assert.deepEqual(await refused('/tasks/999999'), [404, 28001]);
  const { taskId } = await removed({ request: { rehearsal: true } });
  assert.deepEqual(await refused(`/tasks/${taskId}`), [409, 28133]);
  const open = (
    await call('POST', '/4/tasks/gc', {
      body: { content: { target: 'face_descriptors', descriptor_version: 77 } },
    })
  ).body.task_id;
  assert.deepEqual(await refused(`/tasks/${open}`), [409, 28133]);
  const missing = await call('GET', `/4/certificates/${newId()}`);
  assert.deepEqual([missing.status, missing.body.error_code], [404, 28134]);
});

test('a certificate is kept as it was issued, outlives its task, and its issue is in the audit', async () => {
  const { taskId } = await removed();
  const certificate = await certify(`/tasks/${taskId}`);
  await call('DELETE', `/4/tasks/${taskId}`);
  const kept = await call('GET', `/4/certificates/${certificate.certificate_id}`);
  assert.deepEqual(kept.body, certificate);
  const [line] = (await call('GET', `/4/audit?action=task.certify&object_id=${taskId}`)).body.entries;
  assert.deepEqual(line?.after, {
    ...{ certificate_id: certificate.certificate_id, nothing_left: true },
    subject: { type: 'task', id: String(taskId) },
  });
  await assert.rejects(api.db.query('delete from erasure_certificates'), /append-only/);
});

test('a certificate is verified offline with the public key, and an altered one is refused', async () => {
  const { faceId } = await removed();
  const certificate = await certify(`/faces/${faceId}`);
  const file = join(folder.path, 'certificate.json');
  const key = join(folder.path, 'key.pub');
  await writeFile(key, await (await fetch(`${api.url}/docs/sys-info.pub`)).text());
  const verify = async (document: object, keyFile = key) => {
    await writeFile(file, JSON.stringify(document));
    const args = ['commands/verifyCertificate.ts', file, '--key', keyFile];
    return spawnSync(process.execPath, args, { encoding: 'utf8' });
  };
  const good = await verify(certificate);
  assert.deepEqual([good.status, good.stderr], [0, '']);
  assert.match(
    good.stdout,
    new RegExp(`matches its signature\nface ${faceId}, removed by task \\d+ \\(tester\\)`),
  );
  assert.match(good.stdout, /nothing was left/);
  const altered = await verify({ ...certificate, issued_by: 'someone.else@example.com' });
  assert.deepEqual([altered.status, altered.stderr.includes('does NOT match')], [1, true]);
  const otherKey = join(folder.path, 'other.pub');
  const { publicKey } = generateKeyPairSync('ed25519');
  await writeFile(otherKey, publicKey.export({ type: 'spki', format: 'pem' }));
  assert.match((await verify(certificate, otherKey)).stderr, /does NOT match/);
  assert.match((await verify({ kind: 'audit-head' })).stderr, /is not an erasure certificate/);
});
