import ipaddr from 'ipaddr.js';

/** The first groups of 16 bits of an IPv6 address, such as `2001:db8:0`; null for IPv4, also where it is written as IPv6. */
export function ipv6Prefix(address: string, groups: number): string | null {
  const parsed = ipaddr.process(address);
  if (parsed instanceof ipaddr.IPv4) return null;
  return parsed.parts
    .slice(0, groups)
    .map((part) => part.toString(16))
    .join(':');
}

/** The address in its usual form; IPv4 that is written as IPv6 becomes IPv4. */
export function usualForm(address: string): string {
  return ipaddr.process(address).toString();
}
