import { ApiProperty } from '@nestjs/swagger';
import { EXAMPLE } from '../http/open-api/example-values.js';
import { CIRCUIT_STATUSES, type CircuitStatus } from '../database/database-circuit.js';
import { UnavailableVersionDto } from '../flow-catalog/unavailable-version.dto.js';

const LEVEL_STATUSES = ['up', 'degraded', 'down'] as const;
export type LevelStatus = (typeof LEVEL_STATUSES)[number];
const MIRRORS_STATUSES = ['up', 'degraded', 'unknown'] as const;

export class LivenessDto {
  @ApiProperty({ enum: ['up'] })
  status!: 'up';
}

export class ReadinessDto {
  @ApiProperty({ enum: ['up', 'degraded'], description: '`degraded` while a level is down.', example: 'up' })
  status!: 'up' | 'degraded';

  @ApiProperty({
    type: [String],
    description: 'Settings that proved wrong, each with the variable to change.',
    example: [],
  })
  settingFaults!: string[];

  @ApiProperty({ type: [UnavailableVersionDto], description: 'People on these versions are answered 503.' })
  unavailableFlows!: UnavailableVersionDto[];
}

export class PoolDto {
  @ApiProperty({ type: 'integer', description: 'Open connections.', example: 4 })
  total!: number;

  @ApiProperty({ type: 'integer', description: 'Unused connections.', example: 3 })
  idle!: number;

  @ApiProperty({ type: 'integer', description: 'Requests that wait for a connection.', example: 0 })
  waiting!: number;
}

export class DatabaseHealthDto {
  @ApiProperty({ enum: LEVEL_STATUSES, description: 'Status of the database.', example: 'up' })
  status!: LevelStatus;

  @ApiProperty({ type: String, nullable: true, description: 'The fault; null without one.', example: null })
  detail!: string | null;

  @ApiProperty({
    enum: CIRCUIT_STATUSES,
    description: '`open`: requests are refused at once until a probe (`half_open`) reaches the database again.',
    example: 'closed',
  })
  circuit!: CircuitStatus;

  @ApiProperty({ type: PoolDto })
  pool!: PoolDto;
}

export class IssuerKeysDto {
  @ApiProperty({ description: 'Issuer of access tokens.', example: 'https://acme.eu.auth0.com/' })
  issuer!: string;

  @ApiProperty({ type: 'integer', description: 'Cached signing keys.', example: 2 })
  keys!: number;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When the keys were last fetched.',
    example: EXAMPLE.completedAt,
  })
  lastSuccess!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Error of the last fetch.', example: null })
  lastError!: string | null;
}

export class KeysHealthDto {
  @ApiProperty({ enum: LEVEL_STATUSES, description: 'Status of the signing keys.', example: 'up' })
  status!: LevelStatus;

  @ApiProperty({ type: [IssuerKeysDto] })
  issuers!: IssuerKeysDto[];
}

export class DiscoveredIssuerDto {
  @ApiProperty({ description: 'Issuer in the settings.', example: 'https://acme.eu.auth0.com/' })
  issuer!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Issuer that the domain reports; null until it has answered.',
    example: 'https://acme.eu.auth0.com/',
  })
  discovered!: string | null;
}

export class SettingsHealthDto {
  @ApiProperty({ enum: LEVEL_STATUSES, description: 'Status of the settings.', example: 'up' })
  status!: LevelStatus;

  @ApiProperty({ type: [DiscoveredIssuerDto] })
  issuers!: DiscoveredIssuerDto[];

  @ApiProperty({ type: [String], description: 'Faults, each with the setting to change.', example: [] })
  faults!: string[];
}

/** The mirrors in Auth0. Their trouble degrades the service; it never makes it unready. */
export class MirrorsHealthDto {
  @ApiProperty({
    enum: MIRRORS_STATUSES,
    description: '`unknown`: the database did not report how many mirrors are due.',
    example: 'up',
  })
  status!: (typeof MIRRORS_STATUSES)[number];

  @ApiProperty({ type: String, nullable: true, description: 'The fault, and what to do.', example: null })
  detail!: string | null;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Mirrors to send, also those whose time has not come; null while unknown.',
    example: 0,
  })
  due!: number | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Since when the oldest mirror has been due; null when none is due, and while unknown.',
    example: null,
  })
  oldestDueAt!: string | null;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Mirrors given up until their cause is repaired; null while unknown.',
    example: 0,
  })
  parked!: number | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description:
      'When the mirror that was seen longest ago was sent or compared; null when there is none, or not known.',
    example: '2026-11-28T09:30:00.000Z',
  })
  oldestCheckAt!: string | null;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description:
      'How long it takes until every mirror has been compared with Auth0 once, in seconds: the longer of the time since ' +
      '`oldestCheckAt` and what a round over all mirrors takes at the pace that the Auth0 plan leaves. Null while not known.',
    example: 172800,
  })
  checkPeriodSeconds!: number | null;

  @ApiProperty({ enum: CIRCUIT_STATUSES, description: 'Circuit for reads from the Management API.', example: 'closed' })
  readCircuit!: CircuitStatus;

  @ApiProperty({ enum: CIRCUIT_STATUSES, description: 'Circuit for writes to the Management API.', example: 'closed' })
  writeCircuit!: CircuitStatus;

  @ApiProperty({
    type: 'integer',
    description: 'Reads from Auth0 that this process may still make while the database is down.',
    example: 100,
  })
  leasedReadsLeft!: number;
}

/** The clock of this process's host. A wrong one degrades the service; it never makes it unready. */
export class ClockHealthDto {
  @ApiProperty({
    enum: LEVEL_STATUSES,
    description: 'Degraded: more than 2 s apart from one of the two.',
    example: 'up',
  })
  status!: LevelStatus;

  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'How far this host is ahead of the database; negative: behind; null until it was measured.',
    example: 0.012,
  })
  databaseSkewSeconds!: number | null;

  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'The same against the issuer of the tokens, by the `Date` of its answers and by the `iat` of tokens.',
    example: 0.4,
  })
  tokensSkewSeconds!: number | null;

  @ApiProperty({ type: [String], description: 'Faults, with what to correct.', example: [] })
  faults!: string[];
}

export class FlowsHealthDto {
  @ApiProperty({ enum: ['up', 'degraded'], description: '`degraded` when a version cannot be served.', example: 'up' })
  status!: 'up' | 'degraded';

  @ApiProperty({
    type: [UnavailableVersionDto],
    description: 'Versions that people are on and this process cannot serve: 503 `flow_version_unavailable`.',
    example: [],
  })
  unavailable!: UnavailableVersionDto[];
}

/** Whether people who were erased may be back, because a backup was restored. */
export class ErasuresHealthDto {
  @ApiProperty({
    enum: LEVEL_STATUSES,
    description:
      '`degraded` after the data was moved or restored, until an operator runs `npm run restored` with the receipts.',
    example: 'up',
  })
  status!: LevelStatus;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Time since which erasures may be missing, or null.',
    example: null,
  })
  unconfirmedSince!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'What the operator must do, or null.', example: null })
  detail!: string | null;
}

export class HealthDto {
  @ApiProperty({ enum: LEVEL_STATUSES, description: '`degraded` when a level is not up.', example: 'up' })
  status!: LevelStatus;

  @ApiProperty({ type: DatabaseHealthDto })
  database!: DatabaseHealthDto;

  @ApiProperty({ type: MirrorsHealthDto })
  mirrors!: MirrorsHealthDto;

  @ApiProperty({ type: KeysHealthDto })
  keys!: KeysHealthDto;

  @ApiProperty({ type: SettingsHealthDto })
  settings!: SettingsHealthDto;

  @ApiProperty({ type: ClockHealthDto })
  clock!: ClockHealthDto;

  @ApiProperty({ type: FlowsHealthDto })
  flows!: FlowsHealthDto;

  @ApiProperty({ type: ErasuresHealthDto })
  erasures!: ErasuresHealthDto;
}
