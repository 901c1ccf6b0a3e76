/**
 * How much the connection to a remote database must prove, weakest first: `off` (nothing, also plaintext), `unverified`
 * (encrypted, but nothing proves which server answers), `verified` (encrypted to a server whose certificate was checked).
 */
export const TLS_LEVELS = ['off', 'unverified', 'verified'] as const;

export type TlsLevel = (typeof TLS_LEVELS)[number];

const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i;

/**
 * What the driver makes of `sslmode`. It reads `require`, and even `prefer` and `allow`, as `verify-full`; with
 * `uselibpqcompat=true` it verifies less, as `psql` does. `prefer` and `allow` count as `off` all the same: their names ask
 * for plaintext when the server has no TLS, and other programs do that with the same URL.
 */
function levelOf({ searchParams }: URL): TlsLevel {
  const mode = searchParams.get('sslmode');
  const likeLibpq = searchParams.get('uselibpqcompat') === 'true';
  if (mode === 'verify-full' || mode === 'verify-ca') return 'verified';
  if (mode === 'require') return likeLibpq && !searchParams.get('sslrootcert') ? 'unverified' : 'verified';
  if (mode === 'no-verify') return 'unverified';
  if (mode !== null) return 'off';
  const ssl = searchParams.get('ssl');
  if (ssl === 'true' || ssl === '1') return 'verified';
  return ssl === 'no-verify' ? 'unverified' : 'off';
}

export const isLoopback = (host: string): boolean => LOOPBACK.test(host);

/** Whether nothing but this machine sees the connection: a loopback address or a Unix socket. */
function isOnThisMachine({ hostname, searchParams }: URL): boolean {
  const host = searchParams.get('host') || decodeURIComponent(hostname);
  return host.startsWith('/') || isLoopback(host);
}

/** The fault of a connection in production with its remedy, or undefined. `url` must be well-formed. */
export function tlsFault(name: string, url: string, least: TlsLevel): string | undefined {
  const parsed = new URL(url);
  const level = levelOf(parsed);
  if (isOnThisMachine(parsed) || TLS_LEVELS.indexOf(level) >= TLS_LEVELS.indexOf(least)) return undefined;
  const mode = parsed.searchParams.get('sslmode');
  const found = mode === null ? 'has no sslmode' : `has sslmode=${mode}`;
  const meaning =
    level === 'off'
      ? 'passwords and data would cross the network in plaintext, or could be made to'
      : 'nothing proves which server answers';
  return `${name}: it leads to another machine and ${found}, so that ${meaning}; add sslmode=verify-full (and sslrootcert=FILE for a certificate authority of your own), or set DATABASE_TLS=${level} where the network itself is protected`;
}
