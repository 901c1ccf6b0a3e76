import { BlockList, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Env } from '../config/env.js';
import { failed, ok, type Finding } from './finding.js';

/** Addresses that the internet does not reach: loopback, private, shared and link-local ones. */
const PRIVATE = new BlockList();
for (const [net, prefix, family] of [
  ['127.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['::1', 128, 'ipv6'],
  ['fc00::', 7, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
] as const) {
  PRIVATE.addSubnet(net, prefix, family);
}
const EVERYWHERE = ['0.0.0.0', '::'];

/** Above these, a limit stops nothing that a process could not be brought down with. */
const MOST_AT_ONCE = 10_000;
const MOST_PER_SECOND = 1_000;

const isPublic = (address: string): boolean => !PRIVATE.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

const ownAddresses = (): string[] =>
  Object.values(networkInterfaces()).flatMap((addresses) => (addresses ?? []).map(({ address }) => address));

/** What the settings open to strangers. @param addresses of this machine */
export function checkExposure(env: Partial<Env>, addresses: readonly string[] = ownAddresses()): Finding[] {
  return [checkManagement(env, addresses), checkRateLimits(env)];
}

function checkManagement(
  { MANAGEMENT_PORT: port, MANAGEMENT_HOST: host = '127.0.0.1' }: Partial<Env>,
  addresses: readonly string[],
): Finding {
  const check = 'exposure.management';
  if (port === undefined)
    return ok(check, 'MANAGEMENT_PORT is not set: neither metrics nor detailed health are served');
  const listens = EVERYWHERE.includes(host) ? addresses : isIP(host) ? [host] : [];
  const [open] = listens.filter(isPublic);
  if (open === undefined) return ok(check, `The management port listens on ${host}:${port}, on no public address`);
  return failed(check, 'Metrics and detailed health can be read from the internet, unless a firewall prevents it', {
    found: `MANAGEMENT_HOST=${host} listens on ${open}, port ${port}`,
    expected: 'a loopback or private address that monitoring reaches',
    change: 'MANAGEMENT_HOST',
  });
}

function checkRateLimits({ RATE_LIMIT_BURST: burst = 0, RATE_LIMIT_PER_SECOND: rate = 0 }: Partial<Env>): Finding {
  const check = 'exposure.rate-limit';
  if (burst <= MOST_AT_ONCE && rate <= MOST_PER_SECOND) return ok(check, 'One subject cannot take a whole process');
  return failed(check, 'The limit of requests of one subject limits nothing', {
    found: `RATE_LIMIT_BURST=${burst}, RATE_LIMIT_PER_SECOND=${rate}`,
    expected: `at most ${MOST_AT_ONCE} at once and ${MOST_PER_SECOND} per second`,
    change: 'RATE_LIMIT_BURST and RATE_LIMIT_PER_SECOND',
  });
}
