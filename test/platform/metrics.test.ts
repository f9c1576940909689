import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMetrics } from '../../platform/metrics.ts';

const promised = [
  'luna_http_requests_total',
  'luna_http_request_duration_seconds',
  'luna_http_errors_total',
  'luna_tasks',
  'luna_task_objects_total',
  'luna_part_duration_seconds',
  'luna_batch_duration_seconds',
  'luna_part_retries_total',
  'luna_checkpoint_age_seconds',
  'luna_part_failed_attempts',
  'luna_outbox_age_seconds',
  'luna_approvals_waiting',
  'luna_approval_age_seconds',
  'luna_reconciler_repairs_total',
  'luna_schedule_failures_total',
  'luna_control_latency_seconds',
  'luna_extract_duration_seconds',
  'luna_db_pool_connections',
  'nodejs_eventloop_lag_seconds',
];

test('every promised metric is in the output', async () => {
  const text = await createMetrics().render();
  for (const name of promised) assert.match(text, new RegExp(`^# TYPE ${name} `, 'm'));
});

// Their labels are routes and statuses, which no list knows before they are asked for; and versions of extractors.
const open = ['luna_http_requests_total', 'luna_http_errors_total'];
const openDurations = ['luna_http_request_duration_seconds', 'luna_extract_duration_seconds'];

test('whatever counts is at zero before it happens: of a figure that begins at 500 Prometheus sees no increase', async () => {
  const text = await createMetrics().render();
  const ofKind = (kind: string) =>
    [...text.matchAll(new RegExp(`^# TYPE (luna_\\S+) ${kind}$`, 'gm'))].map(([, name = '']) => name);
  const counters = ofKind('counter').filter((name) => !open.includes(name));
  const histograms = ofKind('histogram').filter((name) => !openDurations.includes(name));
  assert.ok(counters.length >= 5 && histograms.length >= 3);
  for (const name of [...counters, ...histograms.map((name) => `${name}_count`)])
    assert.match(text, new RegExp(`^${name}\\{.+\\} 0$`, 'm'));
  for (const kind of ['task_started', 'signal_repeated', 'workflow_lost', 'workflow_closed', 'sample_swept'])
    assert.match(text, new RegExp(`^luna_reconciler_repairs_total{kind="${kind}"} 0$`, 'm'));
  for (const by of ['admin', 'schedule'])
    assert.match(text, new RegExp(`^luna_tasks_failed_total{type="gc",made_by="${by}"} 0$`, 'm'));
  for (const type of ['gc', 'extract']) {
    assert.match(text, new RegExp(`^luna_part_retries_total{type="${type}"} 0$`, 'm'));
    for (const outcome of ['done', 'failed', 'skipped'])
      assert.match(text, new RegExp(`^luna_task_objects_total{type="${type}",outcome="${outcome}"} 0$`, 'm'));
  }
  for (const reason of ['run_failed', 'run_missed', 'task_failed'])
    assert.match(text, new RegExp(`^luna_schedule_failures_total{reason="${reason}"} 0$`, 'm'));
});

test('two sets of metrics in one process do not meet', async () => {
  const [one, other] = [createMetrics(), createMetrics()];
  one.tasks.set({ type: 'gc', status: 'done' }, 3);
  assert.match(await one.render(), /luna_tasks\{type="gc",status="done"\} 3/);
  assert.doesNotMatch(await other.render(), /luna_tasks\{/);
});
