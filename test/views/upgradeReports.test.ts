import assert from 'node:assert/strict';
import { test } from 'node:test';
import nunjucks from 'nunjucks';
import { comparisonView } from '../../views/pages/upgrades/comparisonView.ts';
import { oneIn } from '../../views/pages/upgrades/rateWords.ts';
import { trialView } from '../../views/pages/upgrades/trialView.ts';
import { verificationView } from '../../views/pages/upgrades/verificationView.ts';
import { buildComparison, buildStrangers, buildTrial, buildVerification } from '../pages/upgradeReports.ts';

const versions = { from: 1, to: 3 };
const environment = new nunjucks.Environment(new nunjucks.FileSystemLoader('views'), {
  ...{ autoescape: true, throwOnUndefined: true },
});
const draw = (macro: string, report: unknown): string =>
  environment.renderString(`{% from "pages/upgrades/report.njk" import ${macro} %}{{ ${macro}(report) }}`, {
    report,
  });

test('a comparison says which threshold takes the place of the old one, and what happens if it is kept', () => {
  assert.deepEqual(comparisonView(buildComparison(), versions).advice, [
    'With version 3 use 0.313 where version 1 had 0.651: the same share of different people, 1 in 100 pairs, is accepted as the same person. Were 0.651 kept, it would be 1 in 430, and 38.4 % of the pairs of the same person would be missed.',
    'With version 3 use 0.388 where version 1 had 0.713: the same share of different people, 1 in 1,000 pairs, is accepted as the same person. Were 0.713 kept, it would be none, and 51.0 % of the pairs of the same person would be missed.',
  ]);
});

test('where nobody is known, it says what cannot be told, and that strangers are assumed', () => {
  const { figures, caution, thresholds, distributions } = comparisonView(buildStrangers(), versions);
  assert.deepEqual(
    figures.map(({ name, value }) => [name, value]),
    [
      ['Compared', '998 objects'],
      ['Right person first (rank-1)', 'unknown'],
      ['Same answer', 'unknown'],
    ],
  );
  assert.match(
    caution,
    /^Too few objects are labelled, so all 497,503 pairs that are not known to be the same person count as different people/,
  );
  assert.deepEqual(thresholds?.rows[0], ['1 in 100', '−0.050', '0.712', 'not known', 'not known', 'all']);
  assert.deepEqual(
    distributions[0]?.distribution.kinds.map(({ name }) => name),
    ['other people'],
  );
});

test('too few pairs give no advice, and say so', () => {
  const few = { thresholds: [], histograms: null, pairs: { same: 0, other: 45 }, others: 'assumed' } as const;
  const { advice, caution, thresholds, distributions } = comparisonView(buildComparison(few), versions);
  assert.deepEqual([advice, thresholds, distributions], [[], null, []]);
  assert.match(caution, /all 45 pairs .*: too few to derive a threshold\.$/);
});

test('a verification says what is left, what cannot be made, and where its errors are listed', () => {
  const { objects, errors } = verificationView(buildVerification());
  assert.deepEqual(
    objects.map(({ title, tone, verdict }) => [title, tone, verdict]),
    [
      ['Verification of faces', 'waiting', '97 of 1,203,417 that have version 1 lack version 3.'],
      ['Verification of events', 'good', 'All 12,000,000 that have version 1 have version 3.'],
    ],
  );
  assert.match(objects[0]?.figures[2]?.note ?? '', /12 of them have no readable sample/);
  assert.equal(errors?.rows[0]?.href, '/errors/view?task_ids=17%2C18&error_code=28100');
});

test('a trial says how long all would take, and of how many nothing could be made', () => {
  const { speed, objects } = trialView(buildTrial());
  assert.match(speed[1]?.note ?? '', /All 1,203,417 would take about 3 h 57 min/);
  assert.deepEqual(
    objects.map(({ verdict, figures: [unusable] }) => [verdict, unusable?.value]),
    [
      ['Version 3 was extracted from 96 of 100 samples that were tried.', 'about 36,103 of 1,203,417 faces'],
      ['No event has version 1.', undefined],
    ],
  );
});

test('reports are drawn with all that they can have, and markup in errors is shown as text', () => {
  const evil = '<img src=x onerror=alert(1)>';
  const pages = [
    draw('verification', verificationView(buildVerification(evil))),
    draw('sampleTrial', trialView(buildTrial(evil))),
  ];
  for (const html of pages) {
    assert.doesNotMatch(html, /<img/);
    assert.match(html, /&lt;img src=x/);
    assert.match(html, /Which threshold to set/);
  }
});

const rates: readonly (readonly [rate: number, words: string])[] = [
  [0, 'none'],
  [1, 'all'],
  [0.62, '62 in 100'],
  [0.4, '40 in 100'],
  [0.1234, '1 in 8.1'],
  [0.0023, '1 in 430'],
  [1e-4, '1 in 10,000'],
];
for (const [rate, words] of rates) {
  test(`a rate of ${rate} reads ${words}`, () => {
    assert.equal(oneIn(rate), words);
  });
}
