/** What the run's setup leaves for its teardown; both are loaded into jest's own process. */
export const teardown: { run: () => Promise<void> } = { run: async () => undefined };
