// ENTRY of `npm run test:minio`: tests with MinIO and its exchange of tokens, which the first run builds.
import { minio } from '../support/s3/programs.ts';
import { runWithServer } from '../support/s3/runWithServer.ts';

await runWithServer('test:minio', '.minio.ts', minio);
