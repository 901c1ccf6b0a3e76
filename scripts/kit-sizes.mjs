// Measures what the React kit costs a page (minified, gzip -9; React and TanStack Query not counted), and fails above
// the ceilings. Usage: node scripts/kit-sizes.mjs [--json]
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kB, sizeOf } from './bundle-size.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const kit = join(root, 'client/kit/dist');

const CORE = ['browserEnvironment', 'createClient', 'defineFlow', 'destination', 'gateDecision'];
const LIVE = ['liveUpdates'];
const HOOKS = [
  'OnboardingProvider',
  'createOnboarding',
  'onboardingQueryOptions',
  'useOnboarding',
  'useSignOut',
  'useStep',
  'useSuspenseOnboarding',
  'useTenants',
];
const COMPONENTS = ['Checklist', 'ProgressBar', 'RequireOnboarding', 'Stepper', 'SyncStatus'];
const from = (file, names) => `export { ${names.join(', ')} } from ${JSON.stringify(join(kit, file))};`;
const auth0 = `export * from ${JSON.stringify(join(kit, 'auth0.js'))};`;

/**
 * In kB of 1,000 bytes: the budget that we want to reach, and the ceiling that nothing may break meanwhile; lower it with
 * each saving; docs/kit/size.md tells where the bytes are. Provider and hooks always follow other devices, so theirs include live updates.
 */
const LIVE_KB = 1.2;
const MEASURED = [
  { name: 'core without React', budget: 5.5, ceiling: 13.3, source: from('core.js', CORE) },
  { name: 'core + live updates', budget: 5.5 + LIVE_KB, ceiling: 13.9, source: from('core.js', [...CORE, ...LIVE]) },
  {
    name: 'hooks (with live updates)',
    budget: 7.5 + LIVE_KB,
    ceiling: 15.2,
    source: from('index.js', ['defineFlow', ...HOOKS]),
  },
  {
    name: 'hooks + components (with live updates)',
    budget: 9 + LIVE_KB,
    ceiling: 16.4,
    source: from('index.js', ['defineFlow', ...HOOKS, ...COMPONENTS]),
  },
  {
    name: 'auth0 adapter, on top',
    budget: 1.5,
    ceiling: 0.8,
    source: `${from('index.js', HOOKS)}${auth0}`,
    less: from('index.js', HOOKS),
  },
  {
    name: 'everything for production',
    budget: 12,
    ceiling: 17.5,
    source: `export * from ${JSON.stringify(join(kit, 'index.js'))};${auth0}`,
  },
];

async function main() {
  const rows = [];
  for (const { name, budget, ceiling, source, less } of MEASURED) {
    const bytes = (await sizeOf(source, root)) - (less ? await sizeOf(less, root) : 0);
    rows.push({ name, bytes, kB: kB(bytes), budget, ceiling, fits: bytes <= ceiling * 1000 });
  }
  if (process.argv.includes('--json')) console.log(JSON.stringify(rows));
  else
    for (const row of rows)
      console.log(`${row.kB.toFixed(1).padStart(6)} kB ${`of ${row.budget.toFixed(1)}`}  ${row.name}`);
  const over = rows.filter(({ fits }) => fits === false);
  for (const { name, bytes, ceiling } of over)
    console.error(`Too large: ${name} has ${bytes} bytes; the ceiling is ${ceiling * 1000}.`);
  if (over.length) process.exit(1);
}

await main();
