const sessions = ['any', 'read-write', 'primary'] as const;

/** What a server has to be, as libpq's target_session_attrs has it. */
export type WantedSession = (typeof sessions)[number];

/** Where a database is: on one host, or on several of which one takes changes. */
export interface DatabaseAddress {
  /** An address for each host, in their order, as the driver understands it. */
  readonly urls: readonly [string, ...string[]];
  readonly wanted: WantedSession;
}

const pattern = /^(postgres(?:ql)?:\/\/(?:[^/?#]*@)?)([^/?#]*)([^]*)$/;

/**
 * Reads libpq's form of an address, with several hosts and target_session_attrs: the driver knows neither. Of several
 * hosts one that takes changes is wanted unless the address says otherwise, since the service can do nothing without.
 * @throws RangeError: what is wrong, without user and password
 */
export function parseDatabaseAddress(text: string): DatabaseAddress {
  const [, begin = '', hosts = '', rest = ''] = pattern.exec(text) ?? [];
  const urls = hosts.split(',').map((host) => `${begin}${host}${rest}`);
  const [first, ...others] = urls;
  if (first === undefined || begin === '' || !urls.every((url) => URL.canParse(url))) {
    throw new RangeError('an address such as postgres://user:password@host:5432/database');
  }
  const { searchParams } = new URL(first);
  if (searchParams.get('host')?.includes(',') === true) {
    throw new RangeError(
      'several hosts belong before the database, as in postgres://user@a:5432,b:5432/database',
    );
  }
  const given = searchParams.get('target_session_attrs') ?? (others.length === 0 ? 'any' : 'read-write');
  const wanted = sessions.find((each) => each === given);
  if (wanted === undefined) {
    throw new RangeError(`target_session_attrs is one of ${sessions.join(', ')}, not '${given}'`);
  }
  return { urls: [withoutTarget(first), ...others.map(withoutTarget)], wanted };
}

/** The host and port of one of its addresses. */
export function hostOf(url: string): { readonly host: string; readonly port: number } {
  const { hostname, port, searchParams } = new URL(url);
  const host = searchParams.get('host') ?? decodeURIComponent(hostname).replace(/^\[|\]$/g, '');
  return { host, port: Number(searchParams.get('port') ?? (port || 5432)) };
}

function withoutTarget(url: string): string {
  if (!url.includes('target_session_attrs')) return url;
  const address = new URL(url);
  address.searchParams.delete('target_session_attrs');
  return address.href;
}
