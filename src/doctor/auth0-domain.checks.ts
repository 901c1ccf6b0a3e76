import { discover, type Discovery } from '../auth/discovery.js';
import { IssuerKeySet } from '../auth/issuer-key-set.js';
import { CLOCK_TOLERANCE_SECONDS } from '../auth/principal.js';
import { TokenClock } from '../auth/token-clock.js';
import { baseUrlOf } from '../config/auth0-domain.js';
import type { Env } from '../config/env.js';
import { failed, ok, skipped, type Finding } from './finding.js';

type DomainVariable = 'AUTH0_DOMAIN' | 'AUTH0_CUSTOM_DOMAINS';

const CHECK = { AUTH0_DOMAIN: 'auth0.canonical-domain', AUTH0_CUSTOM_DOMAINS: 'auth0.custom-domain' } as const;
/** The `Date` header has whole seconds. */
const DATE_RESOLUTION_MS = 1_000;

/** Every domain: whether it is who the settings say, publishes usable keys, is of the one tenant, and keeps the time. */
export async function checkDomains(
  env: Partial<Env>,
): Promise<{ readonly findings: Finding[]; readonly canonicalAnswers: boolean }> {
  const { AUTH0_CUSTOM_DOMAINS: listed = [] } = env;
  const [canonical, ...custom] = await Promise.all([
    checkDomain('AUTH0_DOMAIN', env.AUTH0_DOMAIN),
    ...(listed.length ? listed : [undefined]).map((domain) => checkDomain('AUTH0_CUSTOM_DOMAINS', domain)),
  ]);
  const tenants = custom.flatMap(({ keyIds }, index) => sameTenant(canonical.keyIds, keyIds, listed[index]));
  return {
    findings: [...canonical.findings, ...custom.flatMap(({ findings }) => findings), ...tenants],
    canonicalAnswers: canonical.answers,
  };
}

interface CheckedDomain {
  /** Whether it is an Auth0 domain at all. */
  readonly answers: boolean;
  readonly findings: Finding[];
  /** Empty when there are none that could be compared. */
  readonly keyIds: readonly string[];
}

async function checkDomain(variable: DomainVariable, domain: string | undefined): Promise<CheckedDomain> {
  const check = CHECK[variable];
  if (!domain) return { answers: false, findings: [skipped(check, `Not set, or unusable: ${variable}`)], keyIds: [] };
  const issuer = `${baseUrlOf(domain)}/`;
  let discovery: Discovery;
  try {
    discovery = await discover(issuer);
  } catch (error) {
    const fault = failed(check, `${domain} does not answer as an Auth0 domain`, {
      found: (error as Error).message,
      expected: 'a discovery document',
      change: `${variable}, or the network between here and Auth0`,
    });
    return { answers: false, findings: [fault], keyIds: [] };
  }
  if (discovery.issuer !== issuer) {
    const fault = failed(check, `${domain} is not the domain that issues the tokens`, {
      found: `issuer ${discovery.issuer}`,
      expected: `issuer ${issuer}`,
      change: variable,
    });
    return { answers: true, findings: [fault], keyIds: [] };
  }
  const keys = await checkKeys(variable, issuer);
  return {
    answers: true,
    findings: [ok(check, `${domain} is the issuer ${issuer}`), ...keys.findings, checkClock(domain, discovery)],
    keyIds: keys.keyIds,
  };
}

/** With the service's own key set, so that a key counts here if and only if it counts there. */
async function checkKeys(variable: DomainVariable, issuer: string): Promise<Omit<CheckedDomain, 'answers'>> {
  const set = new IssuerKeySet(issuer, () => undefined, new TokenClock());
  await set.refresh();
  const { lastError } = set.state();
  const keyIds = set.keyIds();
  const check = `${CHECK[variable]}.keys`;
  if (lastError === null) return { findings: [ok(check, `${issuer} publishes ${keyIds.length} usable keys`)], keyIds };
  const fault = failed(check, `No token of ${issuer} can be verified`, {
    found: lastError,
    expected: 'a set with an RS256 key of at least 2048 bits',
    change: 'the signing keys of the tenant in Auth0 (Settings → Signing Keys), or the network between here and Auth0',
  });
  return { findings: [fault], keyIds };
}

function checkClock(domain: string, { clockSkewMs }: Discovery): Finding {
  const check = 'clock';
  if (clockSkewMs === null) return skipped(check, `${domain} does not say what time it is`);
  const seconds = Math.round(clockSkewMs / 1000);
  if (Math.abs(clockSkewMs) <= CLOCK_TOLERANCE_SECONDS * 1000 + DATE_RESOLUTION_MS) {
    return ok(check, `The clock of this machine agrees with that of ${domain}`);
  }
  return failed(check, 'Tokens are refused as not yet valid, or as expired, because of the clocks', {
    found: `the clock of this machine is ${Math.abs(seconds)} s ${seconds > 0 ? 'behind' : 'ahead of'} that of ${domain}`,
    expected: `at most ${CLOCK_TOLERANCE_SECONDS} s between them`,
    change: 'the clock of this machine (NTP)',
  });
}

/** A tenant signs with the same keys whatever the domain. */
function sameTenant(canonical: readonly string[], custom: readonly string[], domain = ''): Finding[] {
  if (!canonical.length || !custom.length) return [];
  const check = 'auth0.custom-domain.tenant';
  if (custom.some((id) => canonical.includes(id)))
    return [ok(check, `${domain} and the canonical domain belong to one tenant`)];
  return [
    failed(check, `AUTH0_DOMAIN and ${domain} of AUTH0_CUSTOM_DOMAINS belong to different tenants`, {
      found: `keys ${custom.join(', ')} at ${domain}`,
      expected: `keys ${canonical.join(', ')}, as at the canonical one`,
      change: 'AUTH0_CUSTOM_DOMAINS or AUTH0_DOMAIN',
    }),
  ];
}
