import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** To whom a guarded request may go. */
export interface HostList {
  /** Whether a request may name this host: a name in lower case, or an address without brackets. */
  hasHost(host: string): boolean;
  /**
   * Whether this host's connection may go to this address. One that is not public has to be listed itself, alone or in
   * a range: whoever holds a listed name could else lead us to a neighbour of ours. `localhost` means loopback
   * wherever it stands.
   */
  hasAddress(host: string, address: string): boolean;
}

type Range = [ipaddr.IPv4 | ipaddr.IPv6, number];

/** @throws RangeError naming the entries that are neither a host name nor an address nor a range such as 10.0.0.0/8 */
export function parseHostList(entries: readonly string[]): HostList {
  const names = new Set<string>();
  const ranges: Range[] = [];
  const faults: string[] = [];
  for (const entry of entries) {
    const range = toRange(entry);
    const name = range === null ? toHostName(entry) : null;
    if (range !== null) ranges.push(range);
    else if (name !== null) names.add(name);
    else faults.push(entry);
  }
  if (faults.length > 0) {
    throw new RangeError(`not a host name, address or address range: ${faults.join(', ')}`);
  }

  const hasRange = (address: string): boolean => {
    const parsed = ipaddr.parse(address);
    return ranges.some(([start, bits]) => start.kind() === parsed.kind() && parsed.match(start, bits));
  };
  return {
    hasHost: (host) => (isIP(host) === 0 ? names.has(host) : hasRange(host)),
    hasAddress: (host, address) =>
      isPublic(address) || hasRange(address) || (host === 'localhost' && isLoopback(address)),
  };
}

function toRange(entry: string): Range | null {
  const text = entry.replace(/^\[(.*)\]$/, '$1');
  if (isIP(text) !== 0) {
    const address = ipaddr.parse(text);
    return [address, address.kind() === 'ipv4' ? 32 : 128];
  }
  const [start = ''] = text.split('/');
  return isIP(start) !== 0 && ipaddr.isValidCIDR(text) ? ipaddr.parseCIDR(text) : null;
}

/** The name as URLs have it: in lower case, in punycode. */
function toHostName(entry: string): string | null {
  // A star is a letter of no name: whoever writes one expects it to stand for many.
  if (!/^[^\s/\\:@?#%[\]*]+$/.test(entry) || !URL.canParse(`http://${entry}/`)) return null;
  const { hostname } = new URL(`http://${entry}/`);
  return isIP(hostname) === 0 ? hostname.replace(/\.$/, '') : null;
}

// Everything else that the internet hands out for IPv6 lies in here; the rest is unassigned or leads somewhere special.
const globalUnicast: Range = [ipaddr.parse('2000::'), 3];

function isPublic(address: string): boolean {
  const parsed = ipaddr.parse(address);
  return parsed.range() === 'unicast' && (parsed.kind() === 'ipv4' || parsed.match(globalUnicast));
}

function isLoopback(address: string): boolean {
  return ipaddr.parse(address).range() === 'loopback';
}
