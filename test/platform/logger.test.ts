import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { DatabaseError } from 'sequelize';
import { createLogger } from '../../platform/logger.ts';

function collect(format: 'json' | 'pretty', level = 'info') {
  let text = '';
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  return { log: createLogger({ name: 'api', level, format, destination }), text: () => text };
}

test('a JSON line has time, level, process and message', () => {
  const { log, text } = collect('json');
  log.info({ task: 7 }, 'task started');
  const line = JSON.parse(text()) as Record<string, unknown>;
  assert.equal(line['name'], 'api');
  assert.equal(line['task'], 7);
  assert.equal(line['msg'], 'task started');
  assert.match(String(line['time']), /^\d{4}-\d\d-\d\dT.*Z$/);
});

for (const format of ['json', 'pretty'] as const) {
  test(`credentials and descriptors never reach a ${format} log`, () => {
    const { log, text } = collect(format);
    log.warn(
      {
        password: 'hunter2',
        req: { headers: { authorization: 'Basic hunter2', cookie: 'luna=hunter2' } },
        res: { headers: { 'set-cookie': 'luna=hunter2' } },
        face: { descriptor: 'hunter2' },
      },
      'refused',
    );
    assert.match(text(), /refused/);
    assert.match(text(), /\[hidden\]/);
    assert.doesNotMatch(text(), /hunter2/);
  });
}

test('the values of a statement that failed never reach the log, its words do', () => {
  const { log, text } = collect('json');
  const parent = Object.assign(new Error('value too long'), { sql: 'select $1', parameters: ['hunter2'] });
  const failure = new DatabaseError(parent);
  log.error({ err: new AggregateError([failure], 'several') }, 'failed');
  log.error({ err: failure }, 'failed');
  assert.match(text(), /value too long/);
  assert.match(text(), /"sql":"select \$1"/);
  assert.doesNotMatch(text(), /hunter2/);
});

test('entries below the level are not written', () => {
  const { log, text } = collect('json', 'warn');
  log.info('quiet');
  assert.equal(text(), '');
});

test('an error is written with its words and its place, whether it is called err or error', () => {
  for (const name of ['err', 'error']) {
    const { log, text } = collect('json');
    log.warn({ [name]: new RangeError('out of range') }, 'failed');
    const line = JSON.parse(text()) as Record<string, { message?: string; stack?: string }>;
    assert.equal(line[name]?.message, 'out of range');
    assert.match(line[name].stack ?? '', /logger\.test/);
  }
});
