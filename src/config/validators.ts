import { isIP } from 'node:net';
import { EnvError, makeValidator } from 'envalid';
import { domainFault } from './auth0-domain.js';

/** The shapes of settings that envalid does not know. Each refusal says what was expected, and never shows a secret. */

export const postgresUrl = makeValidator<string>((value) => {
  const url = URL.canParse(value) ? new URL(value) : null;
  if (!url || !/^postgres(ql)?:$/.test(url.protocol) || url.pathname.length < 2) {
    throw new EnvError('expected postgres://user:password@host:5432/database');
  }
  return value;
});

/** An Auth0 domain as Auth0 shows it. */
export const auth0Domain = makeValidator<string>((value) => {
  const fault = domainFault(value);
  if (fault) throw new EnvError(fault);
  return value;
});

/** Auth0 domains, separated by commas; the order does not matter. */
export const auth0Domains = makeValidator<string[]>((value) => {
  const domains = value
    .split(',')
    .map((domain) => domain.trim())
    .filter(Boolean);
  for (const domain of domains) {
    const fault = domainFault(domain);
    if (fault) throw new EnvError(fault);
  }
  return domains;
});

/** Text without white space at its ends or in it: an identifier that was copied with a space never matches. */
export const identifier = makeValidator<string>((value) => {
  if (/\s/.test(value)) throw new EnvError(`expected no white space, got ${JSON.stringify(value)}`);
  return value;
});

/** Like an identifier, but never shown. */
export const secret = makeValidator<string>((value) => {
  if (/\s/.test(value)) throw new EnvError('expected no white space; it has some, perhaps from copying');
  return value;
});

/** Client ids by the name of their sender: `billing:<client id>+<client id>,provisioner:<client id>`. */
export const attesters = makeValidator<ReadonlyMap<string, ReadonlySet<string>>>((value) => {
  const senders = new Map<string, ReadonlySet<string>>();
  for (const entry of value.split(',').filter((part) => part.trim() !== '')) {
    const [, name, ids] = /^\s*([a-z][a-z0-9_-]*):([^\s:,]+)\s*$/.exec(entry) ?? [];
    const clients = ids?.split('+') ?? [''];
    if (name === undefined || clients.includes('')) {
      throw new EnvError(`expected <sender>:<client id>+<client id>, got "${entry.trim()}"`);
    }
    if (senders.has(name)) throw new EnvError(`the sender "${name}" occurs twice; join its client ids with "+"`);
    senders.set(name, new Set(clients));
  }
  return senders;
});

export const positive = makeValidator<number>((value) => {
  const number = Number(value);
  if (!Number.isFinite(number) || number <= 0) throw new EnvError(`expected a number above 0, got "${value}"`);
  return number;
});

export const atLeastOne = makeValidator<number>((value) => {
  const number = Number(value);
  if (!Number.isFinite(number) || number < 1) throw new EnvError(`expected a number of at least 1, got "${value}"`);
  return number;
});

export const wholeNumber = makeValidator<number>((value) => {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 1) {
    throw new EnvError(`expected a whole number of at least 1, got "${value}"`);
  }
  return number;
});

export const origins = makeValidator<string[]>((value) =>
  value
    .split(',')
    .map((origin) => origin.trim())
    .filter(Boolean)
    .map((origin) => {
      if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
        throw new EnvError(`expected origins such as https://app.acme.com, separated by commas; got "${origin}"`);
      }
      return origin;
    }),
);

/** A token of RFC 9110, 5.6.2. It may hold an asterisk, but browsers compare names and know no patterns. */
const HEADER_NAME = /^[!#$%&'+.^_`|~\w-]{1,100}$/;

/** Names of request headers, in lower case. */
export const headerNames = makeValidator<string[]>((value) => {
  const names = value
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter(Boolean);
  for (const name of names) {
    if (name.includes('*')) {
      throw new EnvError(
        `expected each header by its name, got "${name}": browsers know no patterns, and "*" does not let Authorization in`,
      );
    }
    if (!HEADER_NAME.test(name)) {
      throw new EnvError(`expected header names such as sentry-trace, separated by commas; got "${name}"`);
    }
  }
  return [...new Set(names)];
});

const MOST_BITS = { 0: 0, 4: 32, 6: 128 } as const;

/** IP addresses and networks in CIDR notation. */
export const proxies = makeValidator<string[]>((value) => {
  const listed = value
    .split(',')
    .map((proxy) => proxy.trim())
    .filter(Boolean);
  for (const proxy of listed) {
    const [address = '', bits = '0', ...rest] = proxy.split('/');
    const most = MOST_BITS[isIP(address) as keyof typeof MOST_BITS];
    // A network of 0 bits is everything: every caller could choose its own address.
    const isNetwork = proxy.includes('/') && (!/^\d{1,3}$/.test(bits) || Number(bits) === 0 || Number(bits) > most);
    if (most === 0 || rest.length || isNetwork) {
      throw new EnvError(`expected addresses or networks such as 10.0.0.0/8, separated by commas; got "${proxy}"`);
    }
  }
  return listed;
});

/** Part of a metadata key's name in Auth0, where it takes room in every token. */
export const environmentName = makeValidator<string>((value) => {
  if (!/^[a-z0-9]{1,16}$/.test(value)) {
    throw new EnvError(`expected 1 to 16 small letters and digits, such as production or staging; got "${value}"`);
  }
  return value;
});

const SEAL_KEY_BYTES = 32;
/** 32 random bytes have fewer than 16 different values once in 10^18 times: what has fewer was typed, not drawn. */
const DIFFERENT_BYTES = 16;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Base64 of at least 32 random bytes. */
export const sealKey = makeValidator<string>((value) => {
  const wanted = `expected base64 of at least ${SEAL_KEY_BYTES} random bytes, as made by: openssl rand -base64 32`;
  if (!BASE64.test(value)) throw new EnvError(`${wanted}; this is not base64`);
  const bytes = Buffer.from(value, 'base64');
  if (bytes.length < SEAL_KEY_BYTES) throw new EnvError(`${wanted}; this has ${bytes.length}`);
  const different = new Set(bytes).size;
  if (different < DIFFERENT_BYTES) throw new EnvError(`${wanted}; this is not random (${different} different bytes)`);
  return value;
});
