import assert from 'node:assert/strict';
import { chmod } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { startPostgres, type Postgres } from '../../embedded/postgres.ts';
import { createLogger } from '../../platform/logger.ts';
import { createTestFolder, type TestFolder } from '../support/folder.ts';
import { installPrograms, tooOld } from '../support/postgres/installPrograms.ts';
import { runEntry } from '../support/postgres/runEntry.ts';

let folder: TestFolder;
let server: Postgres;

before(async () => {
  folder = await createTestFolder('too-old');
  const log = createLogger({ name: 'too-old', level: 'silent', format: 'json' });
  // Its programs return to their folder by its whole path.
  await chmod(folder.path, 0o711);
  server = await startPostgres({ dataDir: folder.path, log, programs: await installPrograms(tooOld) });
});
after(async () => {
  await server.stop('immediate');
  await folder.remove();
});

for (const file of ['api/server.ts', 'temporal/worker.ts', 'commands/migrate.ts']) {
  test(`${file} ends with a sentence and a code if PostgreSQL is older than 14`, async () => {
    const { code, output } = await runEntry(file, { DATABASE_URL: server.url });
    assert.ok(code > 0, output);
    assert.match(output, /is PostgreSQL 13\.\d+, and 14 is the oldest that is supported \(code 28066\)/);
  });
}
