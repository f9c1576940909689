import type { GoProgram } from '../../../commands/system/goProgram.ts';

/** An S3 server that keeps objects in a folder and checks signatures: five minutes of two cores, 84 MB. */
export const versitygw: GoProgram = {
  name: 'versitygw',
  path: 'github.com/versity/versitygw/cmd/versitygw',
  version: 'v1.8.0',
  goMinor: 25,
};

/** A provider's own server, with its own exchange of tokens: five minutes of processor time, 150 MB. */
export const minio: GoProgram = {
  name: 'minio',
  path: 'github.com/minio/minio',
  version: 'v0.0.0-20260212201848-7aac2a2c5b7c',
  goMinor: 24,
};
