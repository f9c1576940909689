import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGcByHand } from '../support/engine/gcByHand.ts';
import { openSite } from '../support/browser/site.ts';
import { buildFace, insertFaces } from '../support/rows/rows.ts';

const site = openSite();

async function removeFaces() {
  const { db } = site.server;
  const faces = [buildFace({ externalId: 'goes' }), buildFace({ externalId: 'goes' })];
  await insertFaces(db, faces);
  const { taskId } = await createGcByHand(db).run({ target: 'faces', filters: { external_ids: ['goes'] } });
  return { taskId, faceId: faces[0]?.faceId ?? '' };
}

test('the page of a finished gc has a button that leads to a certificate', async () => {
  const { taskId } = await removeFaces();
  const page = await site.signedIn({ javaScriptEnabled: false });
  await page.goto(`/tasks/${taskId}/view`);
  await page.getByRole('button', { name: 'Issue erasure certificate' }).click();
  await page.getByRole('heading', { name: 'Erasure certificate' }).waitFor();
  const text = await page.locator('main').innerText();
  assert.match(text, new RegExp(`What task ${taskId} removed`));
  assert.match(text, /2 ids were searched/);
  assert.match(text, /face_descriptors, version 1\s+2/);
  assert.match(text, /"kind": "erasure-certificate"|Download the document/);
});

test('the page of a removed face leads to the task that removed it, and to its certificate', async () => {
  const { taskId, faceId } = await removeFaces();
  const page = await site.signedIn({ javaScriptEnabled: false });
  await page.goto(`/faces/${faceId}/view`);
  await page.getByRole('link', { name: `task ${taskId}` }).waitFor();
  await page.getByRole('button', { name: 'Issue erasure certificate' }).click();
  await page.getByText('Nothing of it is left.').waitFor();
  await page.getByText(`Face ${faceId}`).waitFor();
});

test('an extract and a rehearsal have no such button', async () => {
  const { db } = site.server;
  await insertFaces(db, [buildFace({ externalId: 'stays' })]);
  const { taskId } = await createGcByHand(db).run({
    ...{ target: 'faces', filters: { external_ids: ['stays'] }, rehearsal: true },
  });
  const page = await site.signedIn({ javaScriptEnabled: false });
  await page.goto(`/tasks/${taskId}/view`);
  assert.equal(await page.getByRole('button', { name: 'Issue erasure certificate' }).count(), 0);
});
