import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { textTable } from '../../commands/cli/textTable.ts';
import { createLogger } from '../../platform/logger.ts';
import { printable, printableLines, printablePath } from '../../platform/printable.ts';

const hostile = 'a\x1b[2J\rb\x9b31m\u202egpj.\u2028\ud800';
const writtenOut = 'a\\x1b[2J\\x0db\\x9b31m\\u{202e}gpj.\\u{2028}\\u{d800}';

test('what a terminal would obey is written out, and letters of any language stay', () => {
  assert.equal(printable(hostile), writtenOut);
  assert.equal(printable('Zoë 👩‍🚀 Ж 字'), 'Zoë 👩‍🚀 Ж 字');
  assert.equal(printableLines('one\ntwo\x07'), 'one\ntwo\\x07');
});

test('bytes of a path that are no UTF-8 are written out, in that name alone', () => {
  assert.equal(printablePath(Buffer.from('Zoë/\xff\n.jpg', 'utf8')), 'Zoë/ÿ\\x0a.jpg');
  const path = Buffer.concat([Buffer.from('Zoë/'), Buffer.from('caf\xe9\x1b.jpg', 'latin1')]);
  assert.equal(printablePath(path), 'Zoë/caf\\xe9\\x1b.jpg');
});

test('a table shows names that way', () => {
  assert.equal(textTable(['file'], [[hostile]])[2], writtenOut);
});

test('so does a log for people', () => {
  const lines: string[] = [];
  const destination = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      lines.push(chunk.toString());
      done();
    },
  });
  const log = createLogger({ name: 'test', level: 'info', format: 'pretty', destination });
  log.info({ err: new Error(`no ${hostile}`), file: hostile }, `left out: ${hostile}`);
  const text = lines.join('');
  // eslint-disable-next-line no-control-regex
  assert.doesNotMatch(text, /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e\u2028]/);
  assert.match(text, /left out: a\\x1b\[2J\\x0db/);
});
