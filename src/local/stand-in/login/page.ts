import type { FastifyReply } from 'fastify';
import { html, type Html } from './html.js';
import { STYLESHEET_PATH } from './stylesheet.js';

const NOTHING = "default-src 'none'; base-uri 'none'";

/** Sends a page that has no script and nothing from elsewhere. `formTargets`: where its forms may lead, beside here. */
export async function sendPage(
  reply: FastifyReply,
  {
    status = 200,
    title,
    content,
    formTargets = [],
  }: {
    readonly status?: number;
    readonly title: string;
    readonly content: Html;
    readonly formTargets?: readonly string[];
  },
): Promise<FastifyReply> {
  const document = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · Foothold (local)</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="${STYLESHEET_PATH}" />
      </head>
      <body>
        <main class="card">
          <div class="brand"><span class="mark" aria-hidden="true"></span>Foothold</div>
          ${content}
        </main>
        <footer>Local stand-in for Auth0, on this machine only.</footer>
      </body>
    </html> `;
  const forms = ["'self'", ...formTargets].join(' ');
  const policy = `${NOTHING}; style-src 'self'; img-src data:; form-action ${forms}; frame-ancestors 'none'`;
  return reply.status(status).headers(headers(policy)).send(document.markup);
}

/** Sends a page that runs one script and shows nothing, for a frame or a popup that a page of this origin opened. */
export async function sendScript(
  reply: FastifyReply,
  { script, nonce, openedBy }: { readonly script: string; readonly nonce: string; readonly openedBy: string },
): Promise<FastifyReply> {
  const document = `<!doctype html>
<html lang="en">
  <head><meta charset="utf-8"><title>Authorization response</title></head>
  <body><script nonce="${nonce}">${script}</script></body>
</html>
`;
  const policy = `${NOTHING}; script-src 'nonce-${nonce}'; frame-ancestors ${openedBy}`;
  return reply.headers(headers(policy)).send(document);
}

const headers = (policy: string): Readonly<Record<string, string>> => ({
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': policy,
  'cache-control': 'no-store',
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
});
