import { reasonOf } from '../auth/reason-of.js';
import { withDeadline } from '../http/deadline.js';

const TIMEOUT_MS = 10_000;

/** An answer of Auth0, whatever its status. */
export interface Auth0Answer {
  readonly status: number;
  /** The JSON object that it holds; empty when it is none. */
  readonly body: Readonly<Record<string, unknown>>;
  /** Status and message in one line, for findings. */
  readonly told: string;
}

export interface Auth0Call {
  readonly method?: 'GET' | 'PATCH' | 'POST';
  readonly token?: string;
  readonly body?: object;
}

/**
 * Calls Auth0 without the SDK: a doctor tells exactly what was answered, and retries nothing.
 * @throws Error saying why there is no answer
 */
export async function callAuth0(url: string, { method = 'GET', token, body }: Auth0Call): Promise<Auth0Answer> {
  const call: RequestInit = {
    method,
    redirect: 'manual',
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  };
  try {
    const [response, text] = await withDeadline(TIMEOUT_MS, undefined, async (signal) => {
      const answered = await fetch(url, { ...call, signal });
      return [answered, await answered.text()] as const;
    });
    const answer = objectIn(text);
    const words = [answer['error'], answer['error_description'] ?? answer['message']].filter(Boolean).map(String);
    return { status: response.status, body: answer, told: `status ${response.status} ${words.join(': ')}`.trim() };
  } catch (error) {
    throw new Error(`${url} cannot be reached: ${reasonOf(error)}`, { cause: error });
  }
}

function objectIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
