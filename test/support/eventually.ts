const POLL_MS = 20;
const LONGEST_MS = 15_000;

/** Resolves once the condition holds; rejects when it has not for so long, 15 s if nothing else is said. */
export async function eventually(condition: () => Promise<boolean>, longestMs = LONGEST_MS): Promise<void> {
  const deadline = performance.now() + longestMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`Still not so after ${longestMs} ms: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
