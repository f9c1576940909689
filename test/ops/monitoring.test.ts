import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { load } from 'js-yaml';
import type { Child } from '../../commands/system/childProcess.ts';
import { startEngine, type Engine } from '../support/engine/engine.ts';
import { readExported, type Exported } from './figures.ts';
import { startApi, statusUrl } from './processes.ts';
import { namesOfQuery } from './queryNames.ts';

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly { readonly alert: string; readonly expr: string }[];
  }[];
}
interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly targets?: readonly { readonly expr: string }[];
  }[];
}

// What Prometheus itself adds to each target, and what a worker shows only once it could not reach Temporal.
const scraped = { names: ['up', 'temporal_long_request_failure_total'], labels: ['job', 'instance'] };

let engine: Engine;
let api: Child;
let exported: Exported;
before(async () => {
  engine = await startEngine({ workers: ['orchestrate,gc,extract'], env: { LOG_FORMAT: 'json' } });
  api = await startApi(engine, 'api');
  const { accountId } = await engine.addFaces({ count: 50 });
  await engine.ended((await engine.startGc({ target: 'faces', filters: { account_id: accountId } })).taskId);
  await fetch(`${api.url}/4/tasks`);
  const urls = [api.url, await statusUrl(engine, 'worker-1')];
  exported = readExported(await Promise.all(urls.map(async (url) => (await fetch(`${url}/metrics`)).text())));
});
after(async () => {
  await api.stop();
  await engine.stop();
});

/** What a query names and no process exports. Labels count only where a figure has been seen with its labels. */
function unknownIn(query: string): string[] {
  const { names, labels } = namesOfQuery(query.replaceAll('$__rate_interval', '5m'));
  const unknown = [...names].filter((name) => !exported.names.has(name) && !scraped.names.includes(name));
  const seen = [...names].filter((name) => exported.labels.has(name));
  const known = new Set([
    ...scraped.labels,
    ...seen.flatMap((name) => [...(exported.labels.get(name) ?? [])]),
  ]);
  const isComplete = seen.length === names.size;
  return [...unknown, ...(isComplete ? [...labels].filter((label) => !known.has(label)) : [])];
}

test('every query of the dashboard and of the alerts asks for what the service exports', async () => {
  const dashboard = JSON.parse(await readFile('ops/grafana/luna-admin.json', 'utf8')) as Dashboard;
  const rules = load(await readFile('ops/prometheus/alerts.yml', 'utf8')) as Rules;
  const queries = [
    ...dashboard.panels.flatMap(({ title, targets = [] }) =>
      targets.map(({ expr }) => [title, expr] as const),
    ),
    ...rules.groups.flatMap((group) => group.rules.map(({ alert, expr }) => [alert, expr] as const)),
  ];
  assert.ok(queries.length > 30);
  for (const [place, query] of queries) assert.deepEqual(unknownIn(query), [], `${place}: ${query}`);
});

test('a query with a wrong name, label or form is found', () => {
  assert.deepEqual(unknownIn('sum by (kind) (rate(luna_batch_duration_seconds_bucket[5m]))'), ['kind']);
  assert.deepEqual(unknownIn('luna_batch_duration_seconds'), ['luna_batch_duration_seconds']);
  assert.throws(() => unknownIn('sum by (le) (luna_tasks'), /not a query/);
});

test("a worker's figures have Temporal's own, in seconds", () => {
  for (const name of [
    'temporal_num_pollers',
    'temporal_request_total',
    'temporal_activity_execution_latency_seconds_bucket',
  ]) {
    assert.ok(exported.names.has(name), name);
  }
});

test('labels come from closed sets: no id is in one', () => {
  for (const [name, labels] of exported.labels) {
    for (const label of labels) assert.doesNotMatch(label, /_id$/, `${name}{${label}}`);
  }
});
