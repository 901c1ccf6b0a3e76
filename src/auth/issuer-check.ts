import { Inject, Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.js';
import { discover } from './discovery.js';

const RETRY_MS = 30_000;

/** What an accepted issuer was found to call itself. */
export interface IssuerCheckState {
  readonly issuer: string;
  /** Null until its discovery document was read. */
  readonly discovered: string | null;
}

/**
 * Compares the settings with what the domains say of themselves: a wrong domain is known when the service starts, not
 * when nobody can log in. Modes, for each issuer: `asking`, again and again while there is no answer, because an outage
 * of Auth0 proves nothing; then `answered` for good, since a domain's issuer does not change under a running service.
 */
@Injectable()
export class IssuerCheck implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(IssuerCheck.name);
  private readonly stopping = new AbortController();
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private readonly discovered = new Map<string, string>();
  private readonly issuers: readonly string[];

  constructor(@Inject(CONFIG) { auth0 }: Config) {
    this.issuers = auth0.issuers;
  }

  /** Does not wait: the service also starts while Auth0 is down. */
  onModuleInit(): void {
    for (const issuer of this.issuers) void this.ask(issuer);
  }

  onModuleDestroy(): void {
    this.stopping.abort();
    for (const timer of this.timers.values()) clearTimeout(timer);
  }

  state(): IssuerCheckState[] {
    return this.issuers.map((issuer) => ({ issuer, discovered: this.discovered.get(issuer) ?? null }));
  }

  /** One sentence for each domain that proved to be another than the settings say. */
  faults(): string[] {
    return this.state()
      .filter(({ issuer, discovered }) => discovered !== null && discovered !== issuer)
      .map(({ issuer, discovered }) => issuerFault(this.variableOf(issuer), issuer, discovered as string));
  }

  private async ask(issuer: string): Promise<void> {
    try {
      const { issuer: found } = await discover(issuer, this.stopping.signal);
      this.discovered.set(issuer, found);
      if (found !== issuer) this.logger.error(issuerFault(this.variableOf(issuer), issuer, found));
    } catch (error) {
      if (this.stopping.signal.aborted) return;
      this.logger.warn(`Whether the settings fit ${issuer} is not known yet: ${(error as Error).message}`);
      this.timers.set(issuer, setTimeout(() => void this.ask(issuer), RETRY_MS).unref());
    }
  }

  private variableOf(issuer: string): string {
    return issuer === this.issuers[0] ? 'AUTH0_DOMAIN' : 'AUTH0_CUSTOM_DOMAINS';
  }
}

const issuerFault = (variable: string, expected: string, found: string): string =>
  `${variable}: the domain calls itself ${found} in its discovery document, not ${expected}; tokens that it issues are refused. Set ${variable} to the domain that issues the tokens.`;
