import { randomBytes } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import type { ReplyTo } from './authorization-request.js';
import { sendScript } from './page.js';

/** Tells the application how it went: by leading the browser back to it, or by a message to the page that opened this one. */
export async function respond(
  reply: FastifyReply,
  { redirectUri, responseMode, state }: ReplyTo,
  answer: Readonly<Record<string, string>>,
): Promise<FastifyReply> {
  const parameters = { ...answer, ...(state !== undefined && { state }) };
  if (responseMode === 'web_message') {
    const { origin } = new URL(redirectUri);
    const message = { type: 'authorization_response', response: parameters };
    const script = `(window.opener || window.parent).postMessage(${inScript(message)}, ${inScript(origin)});`;
    return sendScript(reply, { script, nonce: randomBytes(16).toString('base64'), openedBy: origin });
  }
  const url = new URL(redirectUri);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return reply.header('cache-control', 'no-store').redirect(url.href, 303);
}

/** JSON that cannot end the script it stands in. */
const inScript = (value: unknown): string =>
  JSON.stringify(value).replace(/[<\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
