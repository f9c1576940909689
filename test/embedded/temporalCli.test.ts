import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { findTemporalCli, type Download } from '../../embedded/temporalCli.ts';
import { downloadTemporalCli } from '../../embedded/temporalDownload.ts';
import { createLogger } from '../../platform/logger.ts';
import { createTestFolder, type TestFolder } from '../support/folder.ts';

const log = createLogger({ name: 'test', level: 'silent', format: 'json' });
const nameOnPath = 'no-such-program-on-any-path';

let folder: TestFolder;
before(async () => void (folder = await createTestFolder('cli')));
after(() => folder.remove());

async function fakeProgram(file: string, version: string): Promise<string> {
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, `#!/bin/sh\necho "temporal version ${version} (Server 1.32.0)"\n`);
  await chmod(file, 0o755);
  return file;
}

const fakeDownload: Download = (into, version) => fakeProgram(join(into, 'bin', 'temporal'), version);
const failing: Download = () => Promise.reject(new Error('the network is down'));

test('a given program is used, and nothing else is looked for', async () => {
  const cli = await fakeProgram(join(folder.path, 'given'), '1.6.2');
  const found = await findTemporalCli({ log, cli, cacheDir: join(folder.path, 'a'), downloads: [failing] });
  assert.deepEqual(found, { path: cli, version: '1.6.2' });
});

test('a given program that is too old is refused', async () => {
  const cli = await fakeProgram(join(folder.path, 'old'), '1.4.9');
  const finding = findTemporalCli({ log, cli, cacheDir: join(folder.path, 'a') });
  await assert.rejects(finding, /is version 1.4.9; 1.5 or newer is needed/);
});

test('one on the PATH is used when it is new enough, else one is downloaded', async () => {
  const cacheDir = join(folder.path, 'b');
  const downloads = [fakeDownload];
  const recent = await fakeProgram(join(folder.path, 'recent'), '2.0.0');
  const old = await fakeProgram(join(folder.path, 'old'), '1.4.9');
  assert.equal((await findTemporalCli({ log, cacheDir, nameOnPath: recent, downloads })).path, recent);
  assert.ok(!existsSync(cacheDir));
  const downloaded = await findTemporalCli({ log, cacheDir, nameOnPath: old, downloads });
  assert.equal(downloaded.version, '1.9.1');
  assert.ok(downloaded.path.startsWith(cacheDir));
});

test('a download is kept, and the next way is tried when one fails', async () => {
  const options = { log, nameOnPath, cacheDir: join(folder.path, 'c') };
  const first = await findTemporalCli({ ...options, downloads: [failing, fakeDownload] });
  const second = await findTemporalCli({ ...options, downloads: [failing] });
  assert.deepEqual(second, first);
  assert.deepEqual(readdirSync(options.cacheDir), ['temporal-cli-1.9.1'], 'nothing half-made is left');
});

test('two starts may download at once', async () => {
  const options = { log, nameOnPath, cacheDir: join(folder.path, 'd'), downloads: [fakeDownload] };
  const [one, other] = await Promise.all([findTemporalCli(options), findTemporalCli(options)]);
  assert.deepEqual(one, other);
});

test('when there is no way to get one, each way says why', async () => {
  const options = { log, nameOnPath, cacheDir: join(folder.path, 'e'), downloads: [failing, failing] };
  await assert.rejects(
    findTemporalCli(options),
    /set TEMPORAL_CLI or TEMPORAL_ADDRESS.*\n- the network is down/,
  );
});

/** A site that names and serves an archive with a program in it, as the official one does. */
async function serveArchive() {
  const source = join(folder.path, 'site');
  await fakeProgram(join(source, 'temporal'), '1.9.1');
  execFileSync('tar', ['-czf', 'archive.tar.gz', 'temporal'], { cwd: source });
  const archive = await readFile(join(source, 'archive.tar.gz'));
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    if (request.url === '/archive') response.end(archive);
    else response.end(JSON.stringify({ archiveUrl: `${site}/archive`, fileToExtract: 'temporal' }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { site, asked, sum: createHash('sha256').update(archive).digest('hex'), close };
}

const machine = `${process.platform}_${process.arch === 'x64' ? 'amd64' : process.arch}`;

test("the official site's archive is unpacked into a program that runs", async () => {
  const { site, asked, sum, close } = await serveArchive();
  try {
    const into = join(folder.path, 'downloaded');
    const source = { site, sums: { [machine]: sum } };
    const program = await downloadTemporalCli(into, '1.9.1', undefined, source);
    assert.match(execFileSync(program, ['--version'], { encoding: 'utf8' }), /version 1\.9\.1/);
    assert.match(
      asked[0] ?? '',
      /^\/cli\/v1\.9\.1\?arch=(amd64|arm64)&platform=(linux|darwin)&format=tar\.gz$/,
    );
  } finally {
    close();
  }
});

test('an archive that is not the released one is refused, and nothing of it is unpacked', async () => {
  const { site, sum, close } = await serveArchive();
  try {
    const into = join(folder.path, 'tampered');
    await assert.rejects(
      downloadTemporalCli(into, '1.9.1', undefined, { site }),
      new RegExp(`is not the released temporal 1\\.9\\.1: its SHA-256 is ${sum}, not [0-9a-f]{64}$`),
    );
    assert.deepEqual(readdirSync(join(into, 'bin')), []);
  } finally {
    close();
  }
});

test('pip is given nothing but our four hashes to accept', async () => {
  const file = new URL('../../embedded/temporal-cli.txt', import.meta.url);
  const hashes = (await readFile(file, 'utf8')).match(/--hash=sha256:[0-9a-f]{64}\b/g);
  assert.equal(new Set(hashes).size, 4);
});
