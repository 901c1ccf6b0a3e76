/** Why something failed, in one line. `fetch` hides the reason (refused, unknown host) in the cause. */
export function reasonOf(error: unknown): string {
  const { message, cause } = (error ?? {}) as { message?: string; cause?: { code?: string; message?: string } };
  if (message === undefined) return String(error);
  return [message, cause?.code ?? cause?.message].filter(Boolean).join(': ');
}
