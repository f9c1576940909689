import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { chmod, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { runProgram } from './runProgram.ts';

const officialSite = 'https://temporal.download';

/** SHA-256 of the archives of 1.9.1, as the release's own checksums.txt has them. */
const releasedSums: Readonly<Record<string, string>> = {
  linux_amd64: '09a0326a51db84d02735e53542b9ebd8c4758daf47482a9ab0abce15844e60d5',
  linux_arm64: '6c57c352d52fc3df34412376fd9ba6f74b7e3ace8e426e6cba8600156d36a145',
  darwin_amd64: '48cdd6c84c56e27ae8e4d9a47052b89289a9c552dee029b49dd312c6fb72873f',
  darwin_arm64: '41e0425378fcb4fb5766340b97435e20fe47bbff2d7bf644ec2d51f7662b7c56',
};

export interface DownloadSource {
  readonly site?: string;
  /** By platform and architecture. */
  readonly sums?: Readonly<Record<string, string>>;
}

/**
 * Gets the temporal program from the same place as the SDK's own test server does: the site names the
 * archive for this machine and the file inside it. Nothing is unpacked of an archive that is not the released one.
 * Answers the program's path in `folder`.
 */
export async function downloadTemporalCli(
  folder: string,
  version: string,
  signal?: AbortSignal,
  { site = officialSite, sums = releasedSums }: DownloadSource = {},
): Promise<string> {
  const { platform } = process;
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  const expected = sums[`${platform}_${arch}`];
  if (expected === undefined)
    throw new Error(`there is no known checksum of temporal ${version} for ${platform} ${arch}`);
  const query = new URLSearchParams({ arch, platform, format: 'tar.gz' });
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
  const hash = createHash('sha256');
  await pipeline(
    Readable.fromWeb(body),
    async function* (chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        yield chunk;
      }
    },
    createWriteStream(archive),
  );
  const found = hash.digest('hex');
  if (found !== expected) {
    throw new Error(
      `${archiveUrl} is not the released temporal ${version}: its SHA-256 is ${found}, not ${expected}`,
    );
  }
  await runProgram('tar', ['-xzf', archive, '-C', bin, fileToExtract]);
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
