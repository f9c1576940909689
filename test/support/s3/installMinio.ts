import { installGoProgram, whyNotBuilt, type GoProgram } from '../../../commands/system/goProgram.ts';

/** A provider's own server, with its own exchange of tokens: five minutes of processor time, 150 MB. */
const minio: GoProgram = {
  name: 'minio',
  path: 'github.com/minio/minio',
  version: 'v0.0.0-20260212201848-7aac2a2c5b7c',
  goMinor: 24,
};

/** Null: `installMinio` can run. */
export const whyNoMinio = (): Promise<string | null> => whyNotBuilt(minio);

export const installMinio = (): Promise<string> => installGoProgram(minio);
