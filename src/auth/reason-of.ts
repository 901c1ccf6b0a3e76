/** Why something failed, in one line. `fetch` hides the reason (refused, unknown host) in the cause. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, message } = (error.cause ?? {}) as { code?: string; message?: string };
  return [error.message, code ?? message].filter(Boolean).join(': ');
}
