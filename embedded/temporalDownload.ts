import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { chmod, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

const officialSite = 'https://temporal.download';

/**
 * Gets the temporal program from the same place as the SDK's own test server does: the site names the
 * archive for this machine and the file inside it. Answers the program's path in `folder`.
 */
export async function downloadTemporalCli(
  folder: string,
  version: string,
  signal?: AbortSignal,
  site: string = officialSite,
): Promise<string> {
  const query = new URLSearchParams({
    arch: process.arch === 'x64' ? 'amd64' : process.arch,
    platform: process.platform,
    format: 'tar.gz',
  });
  const answer = await get(`${site}/cli/v${version}?${query.toString()}`, signal);
  const { archiveUrl, fileToExtract } = (await answer.json()) as {
    archiveUrl: string;
    fileToExtract: string;
  };
  const bin = join(folder, 'bin');
  await mkdir(bin, { recursive: true });
  const archive = join(folder, 'archive.tar.gz');
  const { body } = await get(archiveUrl, signal);
  if (body === null) throw new Error(`${archiveUrl} is empty`);
  await pipeline(Readable.fromWeb(body), createWriteStream(archive));
  await run('tar', ['-xzf', archive, '-C', bin, fileToExtract]);
  await rm(archive);
  const program = join(bin, fileToExtract);
  await chmod(program, 0o755);
  return program;
}

async function get(address: string, signal: AbortSignal | undefined): Promise<Response> {
  const limits = [AbortSignal.timeout(300_000), ...(signal === undefined ? [] : [signal])];
  const response = await fetch(address, { signal: AbortSignal.any(limits) }).catch((error: unknown) => {
    throw new Error(`${address} cannot be reached`, { cause: error });
  });
  if (!response.ok) throw new Error(`${address} answers ${response.status}`);
  return response;
}
