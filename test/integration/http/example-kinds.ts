/** Kinds of values by their JSON path, with items of a list as `[]`. */
type Kinds = ReadonlyMap<string, ReadonlySet<string>>;

const TEXTS: readonly (readonly [kind: string, pattern: RegExp])[] = [
  ['time', /^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z$/],
  ['day', /^\d{4}-\d\d-\d\d$/],
  ['UUID', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/],
  ['pseudonym', /^erased\|/],
  ['user', /^auth0\|[0-9a-f]{24}$/],
  ['machine', /@clients$/],
  ['organisation', /^org_[\w-]+$/],
  ['code', /^[\w-]{1,29}$/],
];

const TOKEN = /^(?![\da-f-]{36}$)[\w-]{30,}$/;

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'string' && TOKEN.test(value) && !value.startsWith('org_'))
    return `token of ${value.length} characters`;
  if (typeof value === 'string') return TEXTS.find(([, pattern]) => pattern.test(value))?.[0] ?? 'text';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function addKinds(value: unknown, path: string, kinds: Map<string, Set<string>>): void {
  if (Array.isArray(value)) {
    for (const item of value) addKinds(item, `${path}[]`, kinds);
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) addKinds(inner, path === '' ? name : `${path}.${name}`, kinds);
  } else {
    kinds.set(path, (kinds.get(path) ?? new Set()).add(kindOf(value)));
  }
}

function kindsIn(bodies: readonly unknown[]): Kinds {
  const kinds = new Map<string, Set<string>>();
  for (const body of bodies) addKinds(body, '', kinds);
  return kinds;
}

/** Where an example has a value of another kind than all real answers have there; null says nothing of a kind. */
export function invented(example: unknown, answers: readonly unknown[]): string[] {
  const real = kindsIn(answers);
  return [...kindsIn([example])].flatMap(([path, kinds]) =>
    [...kinds]
      .filter((kind) => kind !== 'null' && !isMet(kind, without(real.get(path), 'null')))
      .map((kind) => `${path} is ${kind}, and ${[...(real.get(path) ?? [])].join(' or ')} in answers`),
  );
}

/** Any number may happen to be a whole one, and a short text may happen to be one word. */
const isMet = (kind: string, real: ReadonlySet<string>): boolean =>
  real.size === 0 ||
  real.has(kind) ||
  (kind === 'integer' && real.has('number')) ||
  (kind === 'number' && real.has('integer')) ||
  (kind === 'code' && real.has('text')) ||
  (kind === 'text' && real.has('code'));

const without = (kinds: ReadonlySet<string> = new Set(), kind: string): ReadonlySet<string> =>
  new Set([...kinds].filter((one) => one !== kind));
