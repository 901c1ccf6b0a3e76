/** A local run cannot start or go on. The message says what was found and what to do next; it needs no stack trace. */
export class LocalSetupError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LocalSetupError';
  }
}
