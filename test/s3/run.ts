// ENTRY of `npm run test:s3`: tests with a real S3 server, which the first run builds.
import { versitygw } from '../support/s3/programs.ts';
import { runWithServer } from '../support/s3/runWithServer.ts';

await runWithServer('test:s3', '.s3.ts', versitygw);
