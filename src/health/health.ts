import type { CircuitStatus } from '../database/database-circuit.js';
import type { UnavailableVersion } from '../flow-catalog/version-unavailable.js';

export type LevelStatus = 'up' | 'degraded' | 'down';

export interface Pool {
  /** Open connections. */
  readonly total: number;
  /** Unused connections. */
  readonly idle: number;
  /** Requests that wait for a connection. */
  readonly waiting: number;
}

export interface DatabaseHealth {
  readonly status: LevelStatus;
  /** The fault; null without one. */
  readonly detail: string | null;
  /** `open`: requests are refused at once until a probe (`half_open`) reaches the database again. */
  readonly circuit: CircuitStatus;
  readonly pool: Pool;
}

export interface IssuerKeys {
  /** Issuer of access tokens. */
  readonly issuer: string;
  /** Cached signing keys. */
  readonly keys: number;
  /** When the keys were last fetched. */
  readonly lastSuccess: string | null;
  /** Error of the last fetch. */
  readonly lastError: string | null;
}

export interface KeysHealth {
  readonly status: LevelStatus;
  readonly issuers: IssuerKeys[];
}

export interface DiscoveredIssuer {
  /** Issuer in the settings. */
  readonly issuer: string;
  /** Issuer that the domain reports; null until it has answered. */
  readonly discovered: string | null;
}

export interface SettingsHealth {
  readonly status: LevelStatus;
  readonly issuers: DiscoveredIssuer[];
  /** Faults, each with the setting to change. */
  readonly faults: string[];
}

/** The mirrors in Auth0. Their trouble degrades the service; it never makes it unready. */
export interface MirrorsHealth {
  /** `unknown`: the database did not report how many mirrors are due. */
  readonly status: 'up' | 'degraded' | 'unknown';
  /** The fault, and what to do. */
  readonly detail: string | null;
  /** Mirrors to send, also those whose time has not come; null while unknown. */
  readonly due: number | null;
  /** Since when the oldest mirror has been due; null when none is due, and while unknown. */
  readonly oldestDueAt: string | null;
  /** Mirrors given up until their cause is repaired; null while unknown. */
  readonly parked: number | null;
  /** When the mirror that was seen longest ago was sent or compared; null when there is none, or not known. */
  readonly oldestCheckAt: string | null;
  /**
   * How long it takes until every mirror has been compared with Auth0 once, in seconds: the longer of the time since
   * `oldestCheckAt` and what a round over all mirrors takes at the pace that the Auth0 plan leaves. Null while not known.
   */
  readonly checkPeriodSeconds: number | null;
  /** Circuit for reads from the Management API. */
  readonly readCircuit: CircuitStatus;
  /** Circuit for writes to the Management API. */
  readonly writeCircuit: CircuitStatus;
  /** Reads from Auth0 that this process may still make while the database is down. */
  readonly leasedReadsLeft: number;
}

/** The clock of this process's host. A wrong one degrades the service; it never makes it unready. */
export interface ClockState {
  /** Degraded: more than 2 s apart from one of the two. */
  readonly status: LevelStatus;
  /** How far this host is ahead of the database; negative: behind; null until it was measured. */
  readonly databaseSkewSeconds: number | null;
  /** The same against the issuer of the tokens, by the `Date` of its answers and by the `iat` of tokens. */
  readonly tokensSkewSeconds: number | null;
  /** Faults, with what to correct. */
  readonly faults: string[];
}

export interface FlowsHealth {
  /** `degraded` when a version cannot be served. */
  readonly status: 'up' | 'degraded';
  /** Versions that people are on and this process cannot serve: 503 `flow_version_unavailable`. */
  readonly unavailable: UnavailableVersion[];
}

/** Whether people who were erased may be back, because a backup was restored. */
export interface ErasuresHealth {
  /** `degraded` after the data was moved or restored, until an operator runs `npm run restored` with the receipts. */
  readonly status: LevelStatus;
  /** Time since which erasures may be missing, or null. */
  readonly unconfirmedSince: string | null;
  /** What the operator must do, or null. */
  readonly detail: string | null;
}

/** What `GET /health` of the management port answers. Times are in ISO 8601. */
export interface Health {
  /** `degraded` when a level is not up. */
  readonly status: LevelStatus;
  readonly database: DatabaseHealth;
  readonly mirrors: MirrorsHealth;
  readonly keys: KeysHealth;
  readonly settings: SettingsHealth;
  readonly clock: ClockState;
  readonly flows: FlowsHealth;
  readonly erasures: ErasuresHealth;
}
