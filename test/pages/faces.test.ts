import assert from 'node:assert/strict';
import { rename } from 'node:fs/promises';
import { test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { v7 as newId } from 'uuid';
import { rootLogin, rootPassword } from '../support/servers/apiServer.ts';
import { buildEvent, insertEventRows } from '../support/rows/eventRows.ts';
import { buildFace, insertFaces } from '../support/rows/rows.ts';
import { openSite } from '../support/browser/site.ts';
import { textsOf } from '../support/browser/textsOf.ts';
import { registerAccount } from '../support/browser/visitor.ts';
import { cardName } from '../../views/components/faceGrid/pictureCard.ts';
import { insertPicturedFaces, photograph } from './faceRows.ts';

const site = openSite();
const authorization = `Basic ${Buffer.from(`${rootLogin}:${rootPassword}`).toString('base64')}`;
let logins = 0;

const signedIn = (): Promise<Page> => site.signedIn({ javaScriptEnabled: false });

function ask(path: string, headers: Record<string, string> = { authorization }): Promise<Response> {
  return fetch(`${site.server.url}${path}`, { headers, redirect: 'manual' });
}

const newAccount = (): Promise<string> =>
  registerAccount(site.server, {
    login: `faces${++logins}@example.com`,
    password: 'secret',
    account_type: 'user',
  });

/** A face whose sample has these bytes; null: its image is lost. */
async function faceWith(bytes: Buffer | null, storageKey: string = newId()): Promise<string> {
  const face = buildFace({ storageKey });
  if (bytes !== null) await site.server.images.put(storageKey, bytes);
  await insertFaces(site.server.db, [face]);
  return face.faceId;
}

/** Of a picture, once it is there. */
const widthOf = (picture: Locator): Promise<number> =>
  picture.evaluate(async (image: { decode(): Promise<void>; readonly naturalWidth: number }) => {
    await image.decode();
    return image.naturalWidth;
  });

test('a picture is served as what its bytes are, and kept by no cache', async () => {
  for (const format of ['jpeg', 'png', 'webp'] as const) {
    const bytes = await photograph(format);
    const answer = await ask(`/samples/${await faceWith(bytes)}/face`);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-type'), `image/${format}`);
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
    assert.ok(Buffer.from(await answer.arrayBuffer()).equals(bytes));
  }
});

test('a picture whose store is away is no lost one: the answer says so, and to ask again', async () => {
  const bytes = await photograph();
  const path = `/samples/${await faceWith(bytes)}/face`;
  const { path: images } = site.server.imageFolder;
  await rename(images, `${images}-away`);
  try {
    const answer = await ask(path);
    assert.equal(answer.status, 503);
    assert.ok(answer.headers.has('retry-after'));
    assert.match(await answer.text(), /Sample store unavailable/);
  } finally {
    await rename(`${images}-away`, images);
  }
  assert.equal((await ask(path)).status, 200);
});

test('a stranger gets no picture, and an unknown one is not found', async () => {
  const faceId = await faceWith(await photograph());
  const stranger = await ask(`/samples/${faceId}/face`, {});
  assert.equal(stranger.status, 401);
  assert.equal(stranger.headers.get('www-authenticate'), null);
  await registerAccount(site.server, { login: 'user@example.com', password: 'secret', account_type: 'user' });
  const user = `Basic ${Buffer.from('user@example.com:secret').toString('base64')}`;
  assert.equal((await ask(`/samples/${faceId}/face`, { authorization: user })).status, 403);
  for (const path of [`${newId()}/face`, `${faceId}/body`, `${faceId}/iris`]) {
    assert.equal((await ask(`/samples/${path}`)).status, 404, path);
  }
  assert.equal((await ask('/samples/..%2F..%2Fetc%2Fpasswd/face')).status, 400);
  assert.equal((await fetch(`${site.server.url}/samples/${faceId}/face`, { method: 'PUT' })).status, 405);
});

test('a picture is gone with its face or event, whatever is left of it in the store', async () => {
  const faceId = await faceWith(await photograph());
  const event = buildEvent({ samples: { face: newId(), body: newId() } });
  for (const key of Object.values(event.samples)) await site.server.images.put(key ?? '', await photograph());
  await insertEventRows(site.server.db, [event]);
  const paths = [`${faceId}/face`, `${event.eventId}/face`, `${event.eventId}/body`];
  for (const path of paths) assert.equal((await ask(`/samples/${path}`)).status, 200, path);
  await site.server.db.query('delete from faces where face_id = $1', [faceId]);
  await site.server.db.query('delete from events where event_id = $1', [event.eventId]);
  for (const path of paths) assert.equal((await ask(`/samples/${path}`)).status, 404, path);
});

test('no key of the store leads out of it', async () => {
  const faceId = await faceWith(null, '../../../../../../etc/passwd');
  const answer = await ask(`/samples/${faceId}/face`);
  assert.equal(answer.status, 500);
  assert.doesNotMatch(await answer.text(), /root:|passwd/);
});

test('a picture that is lost, or is none, is shown as a placeholder', async () => {
  const script = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
  for (const bytes of [null, script]) {
    const answer = await ask(`/samples/${await faceWith(bytes)}/face`);
    assert.equal(answer.status, 302);
    const placeholder = await ask(answer.headers.get('location') ?? '');
    assert.match(placeholder.headers.get('content-type') ?? '', /^image\/svg\+xml/);
    assert.doesNotMatch(await placeholder.text(), /script/);
  }
});

test('the page of a face shows its sample, attributes, descriptors, lists and events', async () => {
  const { db } = site.server;
  const accountId = await newAccount();
  const [face] = await insertPicturedFaces(site.server, 2, { accountId, externalId: 'gate 7' });
  assert.ok(face);
  const [list] = await db.query<{ list_id: string }>(
    "insert into lists (list_id, account_id, user_data) values (gen_random_uuid(), $1, 'staff') returning list_id",
    [accountId],
  );
  await db.query('insert into list_faces (face_id, list_id) values ($1, $2)', [face.faceId, list?.list_id]);
  await db.query('update attributes set basic_attributes = $2 where face_id = $1', [
    face.faceId,
    JSON.stringify({ age: 34.123, gender: 0.98, emotions: { happy: 0.2, neutral: 0.8, sad: 0.001 } }),
  ]);
  const seen = buildEvent({ accountId, source: 'north door' });
  const origin = buildEvent({ accountId, source: 'front desk' });
  await insertEventRows(db, [seen, origin]);
  await db.query('update events set face_id = $2 where event_id = $1', [seen.eventId, face.faceId]);
  await db.query('update faces set event_id = $2 where face_id = $1', [face.faceId, origin.eventId]);

  const page = await signedIn();
  await page.goto(`/faces/${face.faceId}/view`);
  await page.getByRole('heading', { name: 'Face gate 7', level: 1 }).waitFor();
  const sample = page.getByRole('img', { name: 'Sample of this face' });
  assert.equal(await widthOf(sample), 160);
  const words = await page.getByRole('main').innerText();
  assert.match(words, /Age\s+34\s+Gender\s+male 98 %\s+Emotions\s+neutral 80 %, happy 20 %\s/);
  assert.match(words, /Version 1\s+resnet128[^]*Version 3\s+mobileface/);
  for (const text of [list?.list_id ?? '', 'staff', 'north door', 'front desk']) {
    assert.ok(words.includes(text), text);
  }
  await page
    .getByRole('definition')
    .getByRole('link', { name: /^faces\d+@example\.com$/ })
    .click();
  await page.getByRole('heading', { name: /^faces\d+@example\.com$/, level: 1 }).waitFor();
});

test('a face without sample, account, attributes, lists and events has a page too', async () => {
  const [face] = await insertPicturedFaces(site.server, 1, { versions: [] });
  const page = await signedIn();
  await page.goto(`/faces/${face?.faceId}/view`);
  const sample = page.getByRole('img', { name: 'No sample' });
  assert.ok((await widthOf(sample)) > 0);
  for (const text of ['No sample.', 'No descriptor.', 'No descriptors.', 'In no list.', 'No event.']) {
    await page.getByText(text).waitFor();
  }
  assert.equal((await ask(`/faces/${newId()}/view`, { authorization, accept: 'text/html' })).status, 404);
});

test('the page of an event shows its samples, attributes, descriptors and face, and its face leads to it', async () => {
  const { db } = site.server;
  const accountId = await newAccount();
  const [face] = await insertPicturedFaces(site.server, 2, { accountId, externalId: 'gate 8' });
  const event = buildEvent({
    ...{ accountId, source: 'north door', tags: ['late', 'masked'], userData: 'shift 2' },
    attributes: { age: 41.5 },
    versions: { face: [1], body: [101] },
    samples: { face: face?.storageKey ?? null, body: null },
  });
  const gone = buildEvent({ versions: {}, samples: {} });
  await insertEventRows(db, [event, gone]);
  const lost = newId();
  for (const [eventId, faceId] of [
    [event.eventId, face?.faceId],
    [gone.eventId, lost],
  ]) {
    await db.query('update events set face_id = $2 where event_id = $1', [eventId, faceId]);
  }
  const handler = newId();
  await db.query(
    `update events set create_time = '2025-05-30 08:00', end_time = '2025-05-31 09:00', track_id = 'track 4',
       handler_id = $2 where event_id = $1`,
    [event.eventId, handler],
  );
  await db.query(
    `update event_descriptors set generation = 1200, create_time = '2025-06-02 10:00'
     where event_id = $1 and descriptor_type = 'body'`,
    [event.eventId],
  );
  const page = await signedIn();
  await page.goto(`/faces/${face?.faceId}/view`);
  await page.getByRole('link', { name: event.eventId }).click();
  await page.getByRole('heading', { name: `Event ${event.eventId}`, level: 1 }).waitFor();
  const sample = page.getByRole('img', { name: 'Face sample of this event' });
  assert.equal(await widthOf(sample), 160);
  await page.getByRole('img', { name: 'Body sample of this event' }).waitFor();
  const words = await page.getByRole('main').innerText();
  assert.match(words, /Source\s+north door[^]*User data\s+shift 2\s+Tags\s+late, masked/);
  assert.match(words, new RegExp(`Track id\\s+track 4\\s+Handler\\s+${handler}`));
  assert.match(
    words,
    /Created\s+2025-05-30 08:00:00\s+Ended\s+2025-05-31 09:00:00\s+Inserted\s+2025-06-01 00:00:00/,
  );
  assert.match(
    words,
    /Face, version 1\s+resnet128[^]*Body, version 101\s+stripes\s+1,200\s+2025-06-02 10:00:00/,
  );
  assert.match(words, /Age\s+42/);
  const owner = page.getByRole('region', { name: 'Event' }).getByRole('link', { name: /^faces\d+@/ });
  assert.equal(await owner.getAttribute('href'), `/accounts/${accountId}`);
  await page.getByRole('link', { name: 'gate 8' }).click();
  await page.getByRole('heading', { name: 'Face gate 8', level: 1 }).waitFor();

  await page.goto(`/events/${gone.eventId}/view`);
  await page.getByRole('img', { name: 'No sample' }).waitFor();
  await page.getByText(`Matched to face ${lost}, which has been removed`).waitFor();
  for (const text of ['No descriptor.', 'No descriptors.', 'A deleted account']) {
    await page.getByText(text).waitFor();
  }
  assert.equal((await ask(`/events/${newId()}/view`, { authorization, accept: 'text/html' })).status, 404);
});

test('the faces of an account and of a list are pictures that are turned page by page', async () => {
  const accountId = await newAccount();
  const [list] = await site.server.db.query<{ list_id: string }>(
    'insert into lists (list_id, account_id) values (gen_random_uuid(), $1) returning list_id',
    [accountId],
  );
  const listIds = [list?.list_id ?? ''];
  const faces = await insertPicturedFaces(site.server, 50, { accountId, listIds });
  const newestFirst = faces.map(({ faceId }) => faceId).reverse();
  const captions = newestFirst.map(cardName);
  await insertPicturedFaces(site.server, 1);
  const page = await signedIn();
  for (const path of [`/accounts/${accountId}`, `/lists/${listIds[0]}/view`]) {
    await page.goto(path);
    const names = page.locator('.face-name');
    assert.deepEqual(await textsOf(names), captions.slice(0, 24), path);
    await page.getByRole('link', { name: 'Next' }).click();
    assert.deepEqual(await textsOf(names), captions.slice(24, 48));
    await page.getByRole('link', { name: 'Next' }).click();
    assert.deepEqual(await textsOf(names), captions.slice(48));
    assert.equal(await page.getByRole('link', { name: 'Next' }).count(), 0);
    await page.getByRole('link', { name: 'Previous' }).click();
    await page.getByRole('link', { name: 'Previous' }).click();
    assert.deepEqual(await textsOf(names), captions.slice(0, 24));
    assert.equal(await page.getByRole('link', { name: 'Previous' }).count(), 0);
    await page
      .getByRole('link', { name: /^\S+ v 1, 3$/ })
      .first()
      .click();
    await page.getByRole('heading', { name: `Face ${newestFirst[1]}`, level: 1 }).waitFor();
  }
  for (const [userData, name] of [
    ['Ms Hill', 'Ms Hill'],
    ['', '4711'],
  ]) {
    await site.server.db.query("update faces set user_data = $2, external_id = '4711' where face_id = $1", [
      newestFirst[0],
      userData,
    ]);
    await page.goto(`/accounts/${accountId}`);
    assert.equal(await page.locator('.face-name').first().innerText(), name);
  }
  assert.equal((await ask(`/lists/${newId()}/view`, { authorization, accept: 'text/html' })).status, 404);
});
