import { programFile, whyNotBuilt } from '../commands/system/goProgram.ts';
import { startGateway } from '../test/support/s3/gateway.ts';
import { versitygw } from '../test/support/s3/programs.ts';

/** A bucket of a real S3 server, whose objects are files: images are laid into its folder, and looked at there. */
export async function serveBucket() {
  const reason = await whyNotBuilt(versitygw);
  if (reason !== null) throw new Error(`--store s3 ${reason} (${programFile(versitygw)})`);
  const gateway = await startGateway();
  await gateway.addBucket('samples');
  return {
    sampleFolder: gateway.folderOf('samples'),
    settings: { ...gateway.settings('samples'), S3_RETRIES: '2' },
    kill: gateway.kill,
    start: gateway.start,
    stop: gateway.stop,
  };
}
