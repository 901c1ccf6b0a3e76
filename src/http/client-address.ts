import { isIPv6 } from 'node:net';

/** The groups of an IPv6 address that its network assigns; the other four are chosen by the host. */
const NETWORK_GROUPS = 4;

/**
 * What requests without a token are counted by: the IPv4 address, or the /64 network of an IPv6 address, in which one host
 * can take as many addresses as it likes.
 */
export function addressKey(address: string): string {
  if (!isIPv6(address)) return address;
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1];
  if (mapped) return mapped;
  const [before = '', after] = address.split('::');
  const groups = before ? before.split(':') : [];
  if (after !== undefined) {
    const rest = after ? after.split(':') : [];
    groups.push(...Array<string>(Math.max(8 - groups.length - rest.length, 0)).fill('0'), ...rest);
  }
  return groups.slice(0, NETWORK_GROUPS).join(':');
}
