/** What the run's setup leaves for its teardown; both are loaded into jest's own process. */
export const testRun: { stop: () => Promise<void> } = { stop: async () => undefined };
