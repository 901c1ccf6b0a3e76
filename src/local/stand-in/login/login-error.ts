/** Something that only the person in front of the browser can be told. */
export class LoginError extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    explanation: string,
  ) {
    super(explanation);
    this.name = 'LoginError';
  }
}
