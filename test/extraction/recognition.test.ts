import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { builtIn } from '../../extraction/catalogue/catalogue.ts';
import { jitterSample } from '../../extraction/pictures/jitter.ts';
import { createExtractorPool } from '../../extraction/pool/pool.ts';
import { rankOne } from '../../extraction/rank1.ts';
import { createLogger } from '../../platform/logger.ts';
import { makeWarps } from '../support/warps.ts';

const identities = 10;
const shots = 10;

const pool = createExtractorPool({
  processes: 2,
  networks: builtIn,
  log: createLogger({ name: 'test', level: 'silent', format: 'json' }),
});
const samples: { identity: string; bytes: Buffer }[] = [];

before(async () => {
  const warps = await makeWarps(4);
  assert.ok(warps.length >= identities);
  for (const [person, warp] of warps.slice(0, identities).entries()) {
    for (let shot = 0; shot < shots; shot++) {
      samples.push({
        identity: String(person),
        bytes: await jitterSample(warp, 'face', person * 1_000 + shot),
      });
    }
  }
});

after(() => pool.close());

for (const { version, kind, name } of builtIn) {
  if (kind !== 'face') continue;
  test(`version ${version} (${name}) finds the same person among ten in 95 of 100 cases`, async () => {
    const described = await Promise.all(
      samples.map(async ({ identity, bytes }, index) => {
        const { descriptor } = await pool.run({ id: `${index}`, version, kind, bytes });
        return { identity, descriptor };
      }),
    );
    const rate = rankOne(described);
    assert.ok(rate >= 0.95, `rank-1 ${rate}`);
  });
}
