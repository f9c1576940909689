import { isIP } from 'node:net';
import type { RequestHandler } from 'express';
import { DomainError } from '../../../domain/errors.ts';
import { parseHostList } from '../../../platform/outgoing/hostList.ts';

export interface KnownHostDeps {
  /** The address that is listened on; where it is a name, requests may name it. */
  readonly host: string;
  /** Other names under which the service is reached. */
  readonly allowedHosts: readonly string[];
}

/**
 * Refuses requests for a host that is not this service. A stranger's site whose name leads to our address, 127.0.0.1 say,
 * would else be of the same origin as our answers for the browser of whoever looks at it, and could log in and read.
 *
 * Addresses pass: a page from an address has that address for its origin, so nobody can make it lead elsewhere; and probes
 * and scrapers ask pods by theirs. Without any Host (HTTP/1.0) it is no browser that asks.
 */
export function knownHost({ host, allowedHosts }: KnownHostDeps): RequestHandler {
  const names = parseHostList(['localhost', ...(isIP(host) === 0 ? [host] : []), ...allowedHosts]);
  return (req, _res, next) => {
    const given = req.headers.host;
    if (given === undefined) {
      next();
      return;
    }
    const name = nameOf(given);
    if (name !== null && (isIP(name) !== 0 || names.hasHost(name))) next();
    else next(new DomainError('unknownHost', `'${given}' is not a host of this service; see ALLOWED_HOSTS`));
  };
}

/** As URLs have it, without port, brackets and the dot at its end. */
function nameOf(host: string): string | null {
  if (!/^[^\s/\\@?#]+$/.test(host) || !URL.canParse(`http://${host}/`)) return null;
  return new URL(`http://${host}/`).hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
}
