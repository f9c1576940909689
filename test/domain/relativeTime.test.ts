import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DomainError } from '../../domain/errors.ts';
import { freezeTime } from '../../domain/relativeTime.ts';

const now = new Date('2026-03-31T12:00:00.000Z');

const cases: [text: string, expected: string][] = [
  ['now', '2026-03-31T12:00:00.000Z'],
  ['now-90s', '2026-03-31T11:58:30.000Z'],
  ['now-5m', '2026-03-31T11:55:00.000Z'],
  ['now-36h', '2026-03-30T00:00:00.000Z'],
  ['now-30d', '2026-03-01T12:00:00.000Z'],
  ['now-2w', '2026-03-17T12:00:00.000Z'],
  ['now-1M', '2026-02-28T12:00:00.000Z'],
  ['now-2y', '2024-03-31T12:00:00.000Z'],
  ['2018-08-11T09:11:41.674Z', '2018-08-11T09:11:41.674Z'],
  ['2018-08-11T12:11:41+03:00', '2018-08-11T09:11:41.000Z'],
  ['2016-12-31T23:59:60Z', '2016-12-31T23:59:59.999Z'],
  ['2017-01-01T02:59:60.5+03:00', '2016-12-31T23:59:59.999Z'],
  ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
  ['9999-12-31T23:59:59.9999Z', '9999-12-31T23:59:59.999Z'],
];

for (const [text, expected] of cases) {
  test(`${text} is ${expected} when it is ${now.toISOString()}`, () => {
    assert.equal(freezeTime(text, now, 'x'), expected);
  });
}

for (const text of [
  '',
  'now-',
  'now+1d',
  'now-1q',
  'yesterday',
  '2018-08-11',
  '2018-13-11T00:00:00Z',
  '0',
  'now-9999999d',
  'now-2026y',
  '0000-12-31T23:59:59Z',
  '0001-01-01T00:00:00+00:01',
  '9999-12-31T23:59:59-00:01',
  '2016-12-31T23:60:00Z',
]) {
  test(`'${text}' is refused with the path of the fault`, () => {
    assert.throws(
      () => freezeTime(text, now, 'content.filters.create_time__lt'),
      (error) => error instanceof DomainError && error.detail.includes("'content.filters.create_time__lt'"),
    );
  });
}
