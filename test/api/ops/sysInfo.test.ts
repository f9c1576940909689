import assert from 'node:assert/strict';
import { createPublicKey, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createWorkerStore } from '../../../db/ops/workerStore.ts';
import { isSignedBy, getSigningKey } from '../../../platform/crypto/signingKey.ts';
import { startApiServer, type ApiServer } from '../../support/servers/apiServer.ts';
import { createClient, type Client } from '../../support/servers/documentedClient.ts';
import { runToEnd } from '../../support/runToEnd.ts';
import { waitFor } from '../../support/waitFor.ts';

interface SysInfo {
  services_versions: Record<string, { major: number } | null>;
  descriptor_info: object[];
  current_faces_attributes_count: number;
  license_info: { faces_count: number };
  stats: {
    routes_stats: {
      route: string;
      month: string;
      errors: { error_code: string; count: number }[];
      request_stats: { status_code: number; count: number }[];
    }[];
    estimators_stats: object[];
  };
  signature: string;
}

let api: ApiServer;
let call: Client;
let folder: string;
before(async () => {
  api = await startApiServer({ statsEveryMs: 100 });
  call = await createClient(api.url);
  folder = await mkdtemp(join(tmpdir(), 'luna-admin-sys-info-'));
});
after(async () => {
  await rm(folder, { recursive: true });
  await api.close();
});

const sysInfo = async () => (await call('GET', '/4/luna_sys_info')).body as unknown as SysInfo;

test('system information counts what is stored and names every service', async () => {
  await api.db.query(
    `with face as (insert into faces (face_id, account_id) values (gen_random_uuid(), gen_random_uuid()) returning face_id)
     insert into attributes (face_id, attribute_id) select face_id, gen_random_uuid() from face`,
  );
  const info = await sysInfo();
  assert.equal(info.services_versions['luna-admin']?.major, 5);
  assert.equal(info.services_versions['temporal']?.major, 1);
  assert.ok((info.services_versions['postgresql']?.major ?? 0) >= 14);
  assert.equal(info.services_versions['extractor-mobileface']?.major, 3);
  assert.equal(info.current_faces_attributes_count, 1);
  assert.equal(info.license_info.faces_count, 1);
  assert.doesNotMatch(JSON.stringify(info), /hidden/);
});

test('the oldest of the workers that are there is named, and none when none is', async () => {
  const workers = createWorkerStore(api.db);
  const version = async () => (await sysInfo()).services_versions['luna-admin-worker'];
  assert.equal(await version(), null);
  const [newer, older, gone] = [randomUUID(), randomUUID(), randomUUID()];
  await workers.beat(newer, ['gc'], '5.10.0', null);
  await workers.beat(older, ['gc'], '5.9.3', null);
  await workers.beat(gone, ['gc'], '4.0.0', null);
  await workers.leave(gone);
  assert.deepEqual(await version(), { major: 5, minor: 9, patch: 3 });
});

test('without Temporal all the rest is told', async () => {
  api.setEngine(false);
  const info = await sysInfo();
  api.setEngine(true);
  assert.equal(info.services_versions['temporal'], null);
  assert.ok(info.signature);
});

test('answers are counted by route, status and code, and written all at once', async () => {
  const nobody = await createClient(api.url, {});
  for (let count = 0; count < 3; count++) await call('GET', '/4/tasks/77');
  await nobody('GET', '/tasks/77');
  const route = await waitFor('the statistics to be written', async () => {
    const found = (await sysInfo()).stats.routes_stats.find((one) => one.route === '/tasks/{task_id}');
    return found?.request_stats.length === 2 && found.request_stats.some(({ count }) => count === 3)
      ? found
      : null;
  });
  assert.equal(route.month, new Date().toISOString().slice(0, 7));
  assert.deepEqual(route.request_stats, [
    { status_code: 401, count: 1 },
    { status_code: 404, count: 3 },
  ]);
  assert.deepEqual(route.errors, [
    { error_code: '12010', count: 1 },
    { error_code: '28001', count: 3 },
  ]);
});

const verify = (...args: string[]) => runToEnd(process.execPath, ['commands/verifySysInfo.ts', ...args]);

test('a saved dump is verified with the key that is served, and any change of it is found', async () => {
  const info = await sysInfo();
  const key = createPublicKey(await (await fetch(`${api.url}/docs/sys-info.pub`)).text());
  assert.ok(isSignedBy(info, key));
  assert.ok(!isSignedBy({ ...info, current_faces_attributes_count: 2 }, key));
  assert.ok(!isSignedBy({ ...info, more: 1 }, key));
  const { signature, ...unsigned } = info;
  assert.ok(!isSignedBy(unsigned, key));
  assert.ok(
    !isSignedBy({ ...info, signature: signature.replace(/^./, (c) => (c === 'A' ? 'B' : 'A')) }, key),
  );

  const dump = join(folder, 'dump.json');
  const address = `${api.url}/docs/sys-info.pub`;
  // Other spaces and another order are the same document.
  await writeFile(dump, JSON.stringify(Object.fromEntries(Object.entries(info).reverse()), null, 3));
  const good = await verify(dump, '--key', address);
  assert.equal(good.code, 0, good.output);
  await writeFile(dump, JSON.stringify({ ...info, configs: [] }));
  const bad = await verify(dump, '--key', address);
  assert.equal(bad.code, 1);
  assert.match(bad.output, /does NOT match its signature/);
  assert.equal((await verify()).code, 2);
});

test('the key is made once, whoever starts at the same time', async () => {
  const keys = await Promise.all([1, 2, 3, 4].map(() => getSigningKey({ dataDir: folder })));
  const pems = new Set(keys.map((key) => key.export({ type: 'pkcs8', format: 'pem' })));
  assert.equal(pems.size, 1);
  await assert.rejects(getSigningKey({ dataDir: folder, sysInfoKey: 'nonsense' }), /SYS_INFO_KEY/);
});
