import assert from 'node:assert/strict';
import { test } from 'node:test';
import { splitConnections } from '../../../db/sql/pools.ts';

test('an API has no more connections than it may, each pool has one, and reading has the most', () => {
  for (let total = 8; total <= 500; total += 1) {
    const sizes = Object.values(splitConnections(total));
    const all = sizes.reduce((sum, size) => sum + size, 0) + 1;
    assert.equal(all, total, 'one listens');
    assert.equal(Math.min(...sizes), 1);
    assert.equal(splitConnections(total).reading, Math.max(...sizes));
  }
  assert.equal(splitConnections(12).reading, 5);
});
