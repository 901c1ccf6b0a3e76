import type { Config } from '../config/config.js';

/** What the service reads, and the W3C's names for distributed tracing, which browsers' agents add to every request. */
const ALLOWED_HEADERS = [
  'authorization',
  'baggage',
  'content-type',
  'idempotency-key',
  'if-match',
  'if-none-match',
  'last-event-id',
  'traceparent',
  'tracestate',
  'x-request-id',
  'x-tenant-id',
];

/** What a page of another origin may read of an answer, beside what browsers always show. */
const EXPOSED_HEADERS = [
  'content-disposition',
  'etag',
  'idempotency-replayed',
  'location',
  'retry-after',
  'www-authenticate',
  'x-request-id',
];

type Settings = Pick<Config['http'], 'corsOrigins' | 'corsAllowedHeaders'>;

/** For `enableCors`. */
export const corsOptions = ({ corsOrigins, corsAllowedHeaders }: Settings) => ({
  origin: corsOrigins.length ? [...corsOrigins] : false,
  methods: ['GET', 'POST', 'PATCH', 'DELETE'],
  allowedHeaders: [...new Set([...ALLOWED_HEADERS, ...corsAllowedHeaders])],
  exposedHeaders: EXPOSED_HEADERS,
  maxAge: 600,
  // An OPTIONS request of a person at a terminal is answered like a preflight; strict, it would be 400 in plain text.
  strictPreflight: false,
});

/** For an answer that no hook sees. The origin may be anything that came in. */
export function corsHeaders({ corsOrigins }: Pick<Settings, 'corsOrigins'>, origin = ''): Record<string, string> {
  if (corsOrigins.length === 0) return {};
  const exposed = { vary: 'Origin', 'access-control-expose-headers': EXPOSED_HEADERS.join(', ') };
  return corsOrigins.includes(origin) ? { ...exposed, 'access-control-allow-origin': origin } : exposed;
}
