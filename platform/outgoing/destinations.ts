import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { parseHostList, type HostList } from './hostList.ts';

/** Where requests to addresses from users' data may go: which protocol, host and port. */
export interface Destinations {
  /** Why no request may go to this address, or null. Its name has not been looked up yet. */
  refusalOf(url: URL): string | null;
  /** Whether the connection for this address may go to this machine, which its name has led to. */
  hasAddress(url: URL, address: string): boolean;
}

export interface Destination {
  readonly protocol: 'http:' | 'https:';
  /** A name, an address or a range of addresses. */
  readonly host: string;
  readonly port: string;
}

const anyPort = '*';

/**
 * `host` is HTTPS on port 443; `host:8443`, `host:*` on another, on any; `http://host`, `http://host:8080` plain HTTP instead.
 * `localhost` or an address of this machine alone is any port by either: nothing leaves the machine.
 * @throws RangeError naming the entries that are nothing of that
 */
export function parseDestinations(entries: readonly string[]): Destinations {
  const faults: string[] = [];
  const parsed: (Destination & { readonly list: HostList })[] = [];
  for (const entry of entries) {
    try {
      for (const destination of toDestinations(entry))
        parsed.push({ ...destination, list: parseHostList([destination.host]) });
    } catch {
      faults.push(entry);
    }
  }
  if (faults.length > 0) {
    throw new RangeError(
      `not a host name, address or address range, with or without http:// and a port: ${faults.join(', ')}`,
    );
  }
  const fitting = (url: URL) =>
    parsed.filter(
      ({ protocol, port }) => protocol === url.protocol && (port === anyPort || port === portOf(url)),
    );
  return {
    refusalOf: (url) => {
      const host = hostOf(url);
      if (fitting(url).some(({ list }) => list.hasHost(host))) return null;
      return parsed.some(({ list }) => list.hasHost(host))
        ? `${url.protocol}// to port ${portOf(url)} of the host ${host} is not listed`
        : `the host ${host} is not listed`;
    },
    hasAddress: (url, address) => fitting(url).some(({ list }) => list.hasAddress(hostOf(url), address)),
  };
}

/** @throws RangeError */
export function toDestinations(entry: string): Destination[] {
  const isThisMachine = /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/.test(entry);
  if (!isThisMachine) return [toDestination(entry)];
  return (['http:', 'https:'] as const).map((protocol) => ({ protocol, host: entry, port: anyPort }));
}

function toDestination(entry: string): Destination {
  const [, scheme = 'https', rest = ''] = /^(?:(https?):\/\/)?(.+)$/.exec(entry) ?? [];
  // An IPv6 address has to be in brackets if a port follows.
  const isBare = isIP(rest) !== 0 || ipaddr.isValidCIDR(rest);
  const [, host = rest, port = scheme === 'http' ? '80' : '443'] =
    (isBare ? null : /^(.*):(\d{1,5}|\*)$/.exec(rest)) ?? [];
  const isPort = port === anyPort || (Number(port) > 0 && Number(port) < 65_536);
  if (!isPort) throw new RangeError(`not a port: ${port}`);
  return {
    protocol: scheme === 'http' ? 'http:' : 'https:',
    host,
    port: port === anyPort ? port : String(Number(port)),
  };
}

/** Without the brackets of an IPv6 address and without the point that ends a full name. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
}

/** URLs leave out the usual one of their protocol. */
function portOf({ port, protocol }: URL): string {
  return port !== '' ? port : protocol === 'http:' ? '80' : '443';
}
