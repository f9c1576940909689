import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '../../../platform/config.ts';
import { parseDestinations } from '../../../platform/outgoing/destinations.ts';

const refusal = (entries: readonly string[], url: string) =>
  parseDestinations(entries).refusalOf(new URL(url));

const cases: Readonly<
  Record<string, { readonly allowed: readonly string[]; readonly refused: readonly string[] }>
> = {
  'hooks.example.org': {
    allowed: ['https://hooks.example.org/', 'https://HOOKS.example.org.:443/a?b'],
    refused: [
      ...['http://hooks.example.org/', 'http://hooks.example.org:443/', 'https://hooks.example.org:8443/'],
      ...['https://example.org/', 'https://a.hooks.example.org/'],
    ],
  },
  'https://hooks.example.org:8443': {
    allowed: ['https://hooks.example.org:8443/'],
    refused: ['https://hooks.example.org/', 'http://hooks.example.org:8443/'],
  },
  'hooks.example.org:*': {
    allowed: ['https://hooks.example.org/', 'https://hooks.example.org:1/'],
    refused: ['http://hooks.example.org/'],
  },
  'http://10.1.2.3': {
    allowed: ['http://10.1.2.3/', 'http://0x0a.1.2.3:80/'],
    refused: ['http://10.1.2.3:8080/', 'https://10.1.2.3/', 'http://10.1.2.4/'],
  },
  'http://10.0.0.0/8:8080': {
    allowed: ['http://10.9.9.9:8080/'],
    refused: ['http://10.9.9.9/', 'https://10.9.9.9:8080/', 'http://11.0.0.1:8080/'],
  },
  'fd00::7': { allowed: ['https://[fd00::7]/'], refused: ['https://[fd00::7]:8443/', 'https://[fd00::8]/'] },
  'fd00::/8': { allowed: ['https://[fd12::1]/'], refused: ['https://[fe80::1]/', 'http://[fd12::1]/'] },
  '[fd00::7]:8443': { allowed: ['https://[fd00::7]:8443/'], refused: ['https://[fd00::7]/'] },
  '127.0.0.1': {
    allowed: ['http://127.0.0.1:5010/', 'https://127.0.0.1/'],
    refused: ['http://127.0.0.2/', 'http://localhost/'],
  },
  localhost: { allowed: ['http://localhost:9000/', 'https://localhost/'], refused: ['http://127.0.0.1/'] },
  '[::1]': { allowed: ['http://[::1]:5010/', 'https://[::1]/'], refused: ['http://[::2]/'] },
  '127.0.0.1:8443': { allowed: ['https://127.0.0.1:8443/'], refused: ['http://127.0.0.1:8443/'] },
  'http://[::1]:*': { allowed: ['http://[::1]:5010/'], refused: ['https://[::1]/'] },
};

for (const [entry, { allowed, refused }] of Object.entries(cases)) {
  test(`${entry} allows its protocol, host and port, and nothing else`, () => {
    for (const url of allowed) assert.equal(refusal([entry], url), null, url);
    for (const url of refused) assert.match(refusal([entry], url) ?? '', /is not listed$/, url);
  });
}

test('a refusal says whether the host or only the port and protocol are not listed', () => {
  const listed = ['hooks.example.org', 'http://10.1.2.3:8080'];
  assert.equal(refusal(listed, 'https://else.example.org/'), 'the host else.example.org is not listed');
  assert.equal(
    refusal(listed, 'http://hooks.example.org/'),
    'http:// to port 80 of the host hooks.example.org is not listed',
  );
});

test('a name may lead to a private address that is listed for the same protocol and port', () => {
  const { hasAddress } = parseDestinations(['hooks.example.org:*', '10.1.2.3', 'localhost']);
  const at = (url: string, address: string) => hasAddress(new URL(url), address);
  assert.equal(at('https://hooks.example.org/', '93.184.215.14'), true);
  assert.equal(at('https://hooks.example.org/', '10.1.2.3'), true);
  assert.equal(at('https://hooks.example.org:8443/', '10.1.2.3'), false);
  assert.equal(at('https://hooks.example.org/', '10.1.2.4'), false);
  assert.equal(at('https://localhost/', '127.0.0.1'), true);
});

test('an entry that is no destination is refused with the words that are wrong', () => {
  const wrong = [
    'ftp://a.example',
    'https://a.example/path',
    'a.example:0',
    'a.example:65536',
    'a:b',
    '*.c.example',
  ];
  assert.throws(
    () =>
      loadConfig({
        ORIGIN_HOSTS: ['cdn.example.org:8443', ...wrong, '10.0.0.0/99', '*', 'http://'].join(','),
      }),
    (error) => {
      assert.ok(error instanceof Error);
      for (const each of [...wrong, '10.0.0.0/99', '*', 'http://'])
        assert.ok(error.message.includes(each), each);
      assert.match(
        error.message,
        /ORIGIN_HOSTS: not a host name, address or address range, with or without http/,
      );
      const [, named = ''] = /a port: (.*?), not '/.exec(error.message) ?? [];
      assert.ok(!named.includes('cdn.example.org'), named);
      return true;
    },
  );
  assert.deepEqual(loadConfig({ ORIGIN_HOSTS: 'a.example, ::1,http://10.0.0.0/8:*' }).originHosts, [
    'a.example',
    '::1',
    'http://10.0.0.0/8:*',
  ]);
});
