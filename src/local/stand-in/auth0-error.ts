/** A refusal as Auth0 words it: `body` is sent as it is. */
export class Auth0Error extends Error {
  constructor(
    readonly status: number,
    readonly body: Readonly<Record<string, unknown>>,
  ) {
    super(JSON.stringify(body));
    this.name = 'Auth0Error';
  }

  /** The OAuth 2 form. */
  static oauth(status: number, error: string, description: string): Auth0Error {
    return new Auth0Error(status, { error, error_description: description });
  }

  /** The form of the sign-up endpoint. */
  static signup(code: string, description: string): Auth0Error {
    return new Auth0Error(400, { name: 'BadRequestError', code, description, statusCode: 400 });
  }
}
