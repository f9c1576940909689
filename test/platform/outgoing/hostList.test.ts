import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '../../../platform/config.ts';
import { parseHostList } from '../../../platform/outgoing/hostList.ts';

const list = parseHostList(['Cdn.Example.org', '10.1.2.3', '192.168.7.0/24', '[fd00::7]', 'bücher.example']);

test('a host is listed by its name however it is written, and an address by itself or its range', () => {
  const asked = (host: string) => list.hasHost(new URL(`http://${host}/`).hostname.replace(/[[\]]/g, ''));
  for (const host of [
    'CDN.example.ORG',
    'bücher.example',
    '10.1.2.3',
    '0x0a.1.2.3',
    '192.168.7.200',
    '[fd00:0::7]',
  ]) {
    assert.equal(asked(host), true, host);
  }
  for (const host of [
    'example.org',
    'a.cdn.example.org',
    '10.1.2.4',
    '192.168.8.1',
    '[fd00::8]',
    '[::ffff:10.1.2.3]',
  ]) {
    assert.equal(asked(host), false, host);
  }
});

test('a listed name may lead to public addresses only, unless the address is listed too', () => {
  const mayLeadTo = (address: string) => list.hasAddress('cdn.example.org', address);
  for (const address of ['93.184.215.14', '2606:2800:21f::1', '10.1.2.3', '192.168.7.9', 'fd00::7']) {
    assert.equal(mayLeadTo(address), true, address);
  }
  const special = {
    loopback: ['127.0.0.1', '127.9.9.9', '::1'],
    private: ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.0.1', 'fd12::1'],
    linkLocal: ['169.254.169.254', 'fe80::1', 'fe80::1%eth0'],
    multicast: ['224.0.0.1', 'ff02::1'],
    unspecified: ['0.0.0.0', '0.1.2.3', '::'],
    broadcast: ['255.255.255.255'],
    shared: ['100.64.0.1'],
    mapped: ['::ffff:93.184.215.14', '::ffff:127.0.0.1', '::127.0.0.1', '64:ff9b::7f00:1', '2002:7f00:1::'],
    reserved: ['240.0.0.1', '198.18.0.1', '203.0.113.5', '2001:db8::1', 'fec0::1'],
  };
  for (const [kind, addresses] of Object.entries(special)) {
    for (const address of addresses) assert.equal(mayLeadTo(address), false, `${kind}: ${address}`);
  }
});

test('localhost, once listed, is the one name that means loopback', () => {
  const local = parseHostList(['localhost']);
  assert.equal(local.hasAddress('localhost', '127.0.0.1'), true);
  assert.equal(local.hasAddress('localhost', '::1'), true);
  assert.equal(local.hasAddress('localhost', '10.0.0.1'), false);
  assert.equal(local.hasHost('127.0.0.1'), false);
});

test('a setting that lists something else than hosts is refused with the words that are wrong', () => {
  assert.throws(
    () => loadConfig({ ALLOWED_HOSTS: 'admin.example.org, https://a.example, b.example:80, *.c.example, *' }),
    /ALLOWED_HOSTS: not a host name, address or address range: https:\/\/a.example, b.example:80, \*.c.example, \*/,
  );
});
