import { randomBytes } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readJsonIfPresent } from '../../private-file.js';
import type { Clock } from '../clock.js';
import { PrivateDocument } from '../private-document.js';

/** A browser in which somebody has logged in. */
export interface Session {
  readonly id: string;
  readonly personId: string;
  /** Seconds since 1970. */
  readonly loggedInAt: number;
}

interface StoredSession extends Session {
  /** What the cookie holds. */
  readonly secret: string;
}

const LIFETIME_SECONDS = 7 * 86_400;

/** Who is logged in where; kept in a file, so that a restart logs nobody out. */
export class Sessions {
  private readonly bySecret: Map<string, StoredSession>;
  private readonly document: PrivateDocument;

  private constructor(
    file: string,
    private readonly clock: Clock,
    stored: readonly StoredSession[],
  ) {
    this.bySecret = new Map(stored.filter((session) => this.isAlive(session)).map((found) => [found.secret, found]));
    this.document = new PrivateDocument(file, () => [...this.bySecret.values()]);
  }

  static async open(file: string, clock: Clock): Promise<Sessions> {
    return new Sessions(file, clock, (await readJsonIfPresent<StoredSession[]>(file)) ?? []);
  }

  of(request: FastifyRequest): Session | undefined {
    const session = this.bySecret.get(secretIn(request));
    return session && this.isAlive(session) ? session : undefined;
  }

  /** Logs somebody in in this browser, whoever was before. */
  async begin(request: FastifyRequest, reply: FastifyReply, personId: string): Promise<Session> {
    const secret = randomBytes(24).toString('base64url');
    const id = randomBytes(16).toString('base64url');
    const session = { id, personId, loggedInAt: this.clock.seconds(), secret };
    this.bySecret.delete(secretIn(request));
    this.bySecret.set(secret, session);
    await this.document.save();
    void reply.header('set-cookie', cookie(request, secret, LIFETIME_SECONDS));
    return session;
  }

  /** Logs whoever is there out of this browser. */
  async end(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    if (this.bySecret.delete(secretIn(request))) await this.document.save();
    void reply.header('set-cookie', cookie(request, '', 0));
  }

  private isAlive({ loggedInAt }: Session): boolean {
    return loggedInAt + LIFETIME_SECONDS > this.clock.seconds();
  }
}

/** Cookies do not know ports: the name keeps the stand-ins of one machine apart. */
const cookieName = ({ socket }: FastifyRequest): string => `auth0_${socket.localPort}`;

/** `Lax` reaches the hidden frame of a silent login too: pages of the same host name are the same site, whatever their port. */
const cookie = (request: FastifyRequest, secret: string, maxAge: number): string =>
  `${cookieName(request)}=${secret}; Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=Lax`;

function secretIn(request: FastifyRequest): string {
  const cookies = request.headers.cookie?.split('; ') ?? [];
  const prefix = `${cookieName(request)}=`;
  return cookies.find((found) => found.startsWith(prefix))?.slice(prefix.length) ?? '';
}
