import assert from 'node:assert/strict';
import { test } from 'node:test';
import { catalogue, catalogueWith } from '../../extraction/catalogue.ts';
import { ConfigError } from '../../platform/config.ts';

const remote = { kind: 'face', version: 4, dimension: 512, attributes: true, url: 'http://one/' } as const;

test('remote extractors stand beside our own networks', () => {
  const all = catalogueWith([remote, { ...remote, kind: 'body' }]);
  assert.equal(all.length, catalogue.length + 2);
  assert.deepEqual(all.at(-2), {
    ...{ kind: 'face', version: 4, dimension: 512, attributes: true, name: 'remote' },
  });
});

test('two extractors for one version of a kind are refused at the start', () => {
  assert.throws(() => catalogueWith([{ ...remote, version: 3 }]), ConfigError);
  assert.throws(() => catalogueWith([remote, remote]), ConfigError);
});
