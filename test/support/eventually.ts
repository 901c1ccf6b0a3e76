const POLL_MS = 20;
const LONGEST_MS = 15_000;

/** Resolves once the condition holds; rejects when it has not for 15 s. */
export async function eventually(condition: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + LONGEST_MS;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`Still not so after ${LONGEST_MS} ms: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
