import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { insertTask } from '../../pages/taskRows.ts';
import { rootLogin, rootPassword, startApiServer, type ApiServer } from '../../support/servers/apiServer.ts';
import { basic } from '../../support/rows/basic.ts';

let api: ApiServer;
before(async () => {
  api = await startApiServer();
});
after(() => api.close());

async function read(path: string, accept = 'text/csv') {
  const answer = await fetch(api.url + path, { headers: { ...basic(rootLogin, rootPassword), accept } });
  assert.equal(answer.status, 200, path);
  const type = (answer.headers.get('content-type') ?? '').split(';')[0];
  return { type, disposition: answer.headers.get('content-disposition'), text: await answer.text() };
}

async function addErrors(taskId: number, count: number, detail: string, code = 28_100): Promise<void> {
  await api.db.query(
    `insert into task_errors (task_id, task_type, error_code, "desc", detail, object_type, object_id)
     select $1::bigint, 5, $4::integer, 'Sample missing', $3::text, 'face', gen_random_uuid()
     from generate_series(1, $2::integer)`,
    [taskId, count, detail, code],
  );
}

test('all errors that a filter matches come as CSV, however many, whatever the page', async () => {
  const taskId = await insertTask(api.db, { state: 'done' });
  await addErrors(taskId, 2_500, 'gone');
  await addErrors(taskId, 3, 'another', 28_101);
  for (const path of [
    `/4/errors?task_ids=${taskId}&error_code=28100&page=7&page_size=5`,
    `/tasks/${taskId}/errors?error_code=28100`,
    `/tasks/errors?task_ids=${taskId}&error_code=28100`,
  ]) {
    const { type, disposition, text } = await read(path);
    assert.equal(type, 'text/csv');
    assert.equal(disposition, 'attachment; filename=errors.csv');
    const [names, ...lines] = text.trimEnd().split('\r\n');
    assert.equal(
      names,
      'error_id,task_id,subtask_id,task_type,error_code,desc,detail,error_time,object_type,object_id,additional_info',
    );
    assert.equal(lines.length, 2_500, path);
    const ids = lines.map((line) => Number(line.split(',')[0]));
    assert.deepEqual(
      ids,
      [...new Set(ids)].toSorted((a, b) => b - a),
      'newest first, each once',
    );
    assert.match(
      lines[0] ?? '',
      /^\d+,\d+,,5,28100,Sample missing,gone,.*Z,face,[0-9a-f-]{36},"\{""attempts"":1/,
    );
  }
});

test('what a spreadsheet would compute is made harmless, and quotes and lines stay in their cells', async () => {
  const taskId = await insertTask(api.db, {
    state: 'failed',
    description: '=HYPERLINK("http://example.com")',
  });
  for (const detail of ['=1+1', '+1', '-1', '@sum', '\tx', 'say "no",\nplease']) {
    await addErrors(taskId, 1, detail);
  }
  const hidden = ['\n=1+1', '\r\n@sum', ' \t=1+1', '\u00a0-1+1', '"=1+1', '＝1+1', '\u200b+1'];
  for (const detail of hidden) await addErrors(taskId, 1, detail);
  const errors = (await read(`/4/errors?task_ids=${taskId}`)).text;
  for (const text of hidden) {
    const cell = `'${text.replaceAll('"', '""')}`;
    const isQuoted = /[\r\n"]/.test(cell);
    assert.ok(errors.includes(isQuoted ? `,"${cell}",` : `,${cell},`), JSON.stringify(text));
  }
  for (const cell of [`'=1+1`, `'+1`, `'-1`, `'@sum`, `'\tx`]) {
    assert.ok(
      errors.includes(`Sample missing,${cell},`) || errors.includes(`Sample missing,"${cell}",`),
      cell,
    );
  }
  assert.ok(errors.includes('"say ""no"",\nplease"'));
  const tasks = (await read(`/4/tasks?task_ids=${taskId}`)).text;
  assert.ok(tasks.includes(`"'=HYPERLINK(""http://example.com"")"`), tasks);
});

test('tasks come as CSV with their figures; without any there are only the names', async () => {
  const taskId = await insertTask(api.db, { state: 'done', done: 900, failed: 100 });
  const { type, text } = await read(`/tasks?task_ids=${taskId}`);
  assert.equal(type, 'text/csv');
  const [names = '', line = '', ...rest] = text.trimEnd().split('\r\n');
  assert.deepEqual(rest, []);
  const row = Object.fromEntries(names.split(',').map((name, at) => [name, line.split(',')[at]]));
  assert.deepEqual(
    [row['task_id'], row['state'], row['objects_done'], row['objects_failed']],
    [String(taskId), 'done', '900', '100'],
  );
  assert.equal((await read('/4/tasks?task_ids=4711')).text, `${names}\r\n`);
});

test('whoever does not ask for CSV gets JSON', async () => {
  for (const accept of ['*/*', 'application/json', 'application/json, text/csv;q=0.5', 'text/html']) {
    assert.equal((await read('/4/errors', accept)).type, 'application/json', accept);
  }
});
