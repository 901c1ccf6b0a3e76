/** Definitions that cannot be served. The message names every fault, for the developer who wrote them. */
export class FlowDefinitionError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'FlowDefinitionError';
    // The fault is in a definition. Our own code's stack leads away from it.
    this.stack = `${this.name}: ${message}`;
  }
}
