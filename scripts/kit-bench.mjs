// Measures what the built kit costs a page: the first, synchronous read of a warm cache, and renders per accepted change.
// Usage: npm run bench:kit. Ends with an error when a bar of client-kit is missed.
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createRequire } from 'node:module';
import { performance } from 'node:perf_hooks';
import { createElement as h } from 'react';
import { createClient, defineFlow, OnboardingProvider, useOnboarding } from '../client/kit/dist/index.js';
import { TestService } from '../client/kit/dist/testing.js';

const BARS = { cacheReadMs: 2, rendersPerChange: 2 };
const READS = 2_000;
const STEPS = 20;

const keys = Array.from({ length: STEPS }, (_, index) => `step_${index}`);
const flow = defineFlow({ key: 'bench', version: 1, steps: Object.fromEntries(keys.map((key) => [key, {}])) });
const service = new TestService({ flows: [flow] });
const { providerProps } = service;

const cacheRead = await cacheReadMs();
const renders = await rendersPerChange();
console.log(
  `First read of a cached flow of ${STEPS} steps: ${cacheRead.median.toFixed(3)} ms (median), ` +
    `${cacheRead.p99.toFixed(3)} ms (p99) of ${READS}; bar: ${BARS.cacheReadMs} ms`,
);
console.log(`Renders per accepted change: ${renders} of ${STEPS} changes; bar: ${BARS.rendersPerChange}`);
if (cacheRead.median > BARS.cacheReadMs || renders > BARS.rendersPerChange) process.exitCode = 1;

/** As in the first render: everything from the empty page to a snapshot, the client included. */
async function cacheReadMs() {
  const { flows, session, api, environment } = providerProps;
  const warm = createClient({ flows, api, environment });
  warm.setSession(session);
  await warm.fetchView(flow);
  const times = Array.from({ length: READS }, () => {
    const client = createClient({ flows, api, environment });
    const since = performance.now();
    client.setSession(session);
    const { source } = client.getSnapshot(flow);
    const ms = performance.now() - since;
    if (source !== 'cache') throw new Error(`Read from ${source}, not from the cache.`);
    return ms;
  }).sort((one, other) => one - other);
  return { median: times[READS / 2], p99: times[Math.floor(READS * 0.99)] };
}

/** The most that any change took; React commits each of them to a document. */
async function rendersPerChange() {
  const { JSDOM } = createRequire(import.meta.resolve('jest-environment-jsdom'))('jsdom');
  const { window } = new JSDOM('<main></main>');
  const { document, navigator } = window;
  for (const [name, value] of Object.entries({ window, document, navigator, IS_REACT_ACT_ENVIRONMENT: true }))
    Object.defineProperty(globalThis, name, { value, configurable: true });
  const [{ createRoot }, { act }] = await Promise.all([import('react-dom/client'), import('react')]);
  let count = 0;
  let onboarding;
  const Page = () => {
    count += 1;
    onboarding = useOnboarding(flow);
    return onboarding.status;
  };
  const root = createRoot(document.querySelector('main'));
  // Too short for the minute's look at other devices, which renders for itself.
  const settle = () => act(() => service.clock.advance(1));
  const provider = h(OnboardingProvider, providerProps, h(Page));
  await act(() => root.render(h(QueryClientProvider, { client: new QueryClient() }, provider)));
  await settle();
  let most = 0;
  for (const key of keys) {
    const before = count;
    let result;
    await act(() => void onboarding.complete(key).then((told) => (result = told)));
    await settle();
    if (result?.status !== 'confirmed') throw new Error(`${key} was ${JSON.stringify(result)}.`);
    most = Math.max(most, count - before);
  }
  await act(() => root.unmount());
  return most;
}
