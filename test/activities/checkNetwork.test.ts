import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createNetworkCheck, type NetworkCheckDeps } from '../../activities/networks/checkNetwork.ts';
import { createNetworkCheckRuns } from '../../db/networks/networkCheckRuns.ts';
import { createNetworkCheckStore } from '../../db/networks/networkCheckStore.ts';
import { createNetworkQueries } from '../../db/networks/networkQueries.ts';
import { tester } from '../support/rows/rows.ts';
import { openTestDatabase } from '../support/servers/database.ts';

const { db } = await openTestDatabase(2);
const { checksOf } = createNetworkQueries(db);

async function attempt(checkId: number, version: number, deps: Partial<NetworkCheckDeps>): Promise<unknown> {
  const check = createNetworkCheck({
    networkChecks: createNetworkCheckRuns(db),
    runCheck: () => Promise.reject(new Error('its process ended (SIGKILL)')),
    whileResting: (_kind, wait) => wait(),
    stopping: new AbortController().signal,
    ...deps,
  });
  return new MockActivityEnvironment().run(check, { checkId, version }).catch((error: unknown) => error);
}

test('a check whose process ends each time is given up after five attempts, with the reason', async () => {
  const { checkId } = await createNetworkCheckStore(db).order(3, tester);
  for (let n = 1; n < 5; n++) assert.ok(!((await attempt(checkId, 3, {})) instanceof ApplicationFailure));
  const last = await attempt(checkId, 3, {});
  assert.ok(last instanceof ApplicationFailure && last.nonRetryable === true);
  assert.match(last.message, /started 5 times and did not finish: its process ended \(SIGKILL\)/);
});

test('a worker that stops gives its check back, and no attempt is lost', async () => {
  const { checkId } = await createNetworkCheckStore(db).order(4, tester);
  const stopping = new AbortController();
  await attempt(checkId, 4, {
    stopping: stopping.signal,
    runCheck: () => {
      stopping.abort();
      return Promise.reject(new Error('ended'));
    },
  });
  const [check] = await checksOf(4);
  assert.deepEqual([check?.state, check?.attempts], ['waiting', 0]);
});
