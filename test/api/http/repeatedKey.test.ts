import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { findRepeatedKey } from '../../../api/http/repeatedKey.ts';

test('a key that comes twice is found at any depth, however it is written', () => {
  const cases: readonly (readonly [text: string, path: string | null])[] = [
    ['{"a":1,"b":{"a":1},"c":[{"a":1},{"a":2}]}', null],
    ['{"a":1,"a":1}', 'a'],
    ['{"a":{},"a":2}', 'a'],
    ['{"content":{"filters":{"x":1},"filters":{}}}', 'content.filters'],
    ['{"a":[0,{"b":1,"\\u0062":2}]}', 'a.1.b'],
    ['{"a":"{\\"a\\":1,\\"a\\":2}","b":"\\\\"}', null],
    ['[{"":1,"":2}]', '0.'],
    ['{"__proto__":1,"__proto__":2}', '__proto__'],
    ['"a"', null],
  ];
  for (const [text, path] of cases) {
    JSON.parse(text);
    assert.equal(findRepeatedKey(text), path, text);
  }
  const deep = 300_000;
  assert.equal(findRepeatedKey(`${'['.repeat(deep)}${']'.repeat(deep)}`), null);
});

test('whatever has each key once is let through', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 5 }), fc.nat(4), (text, indent) => {
      assert.equal(findRepeatedKey(JSON.stringify(JSON.parse(text), null, indent)), null);
    }),
  );
});

test('a key that is put in once more is found in the object that has it', () => {
  const objects = fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 });
  fc.assert(
    fc.property(objects, fc.nat(), fc.jsonValue(), (object, which, value) => {
      const keys = Object.keys(object);
      const key = keys[which % keys.length] ?? '';
      const members = [...Object.entries(object), [key, value] as const].map(
        ([name, inner]) => `${JSON.stringify(name)}:${JSON.stringify(inner)}`,
      );
      assert.equal(findRepeatedKey(`[0,{${members.join(',')}}]`), `1.${key}`.slice(-203));
    }),
  );
});
