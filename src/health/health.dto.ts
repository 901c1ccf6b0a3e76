import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { CIRCUIT_STATUSES, type CircuitStatus } from '../database/database-circuit.js';
import { UnavailableVersionDto } from '../flow-catalog/unavailable-version.dto.js';

const LEVEL_STATUSES = ['up', 'degraded', 'down'] as const;
export type LevelStatus = (typeof LEVEL_STATUSES)[number];
const MIRRORS_STATUSES = ['up', 'degraded', 'unknown'] as const;

@ApiSchema({ name: 'Liveness' })
export class LivenessDto {
  @ApiProperty({ enum: ['up'] })
  status!: 'up';
}

@ApiSchema({ name: 'Readiness' })
export class ReadinessDto {
  @ApiProperty({ enum: ['up', 'degraded'] })
  status!: 'up' | 'degraded';

  @ApiProperty({ type: [String], description: 'Settings that proved wrong, each with the variable to change.' })
  settingFaults!: string[];

  @ApiProperty({ type: [UnavailableVersionDto], description: 'People on these versions are answered 503.' })
  unavailableFlows!: UnavailableVersionDto[];
}

@ApiSchema({ name: 'Pool' })
export class PoolDto {
  @ApiProperty({ type: 'integer' })
  total!: number;

  @ApiProperty({ type: 'integer' })
  idle!: number;

  @ApiProperty({ type: 'integer', description: 'Requests that wait for a connection.' })
  waiting!: number;
}

@ApiSchema({ name: 'DatabaseHealth' })
export class DatabaseHealthDto {
  @ApiProperty({ enum: LEVEL_STATUSES })
  status!: LevelStatus;

  @ApiProperty({ type: String, nullable: true, description: 'What is wrong.' })
  detail!: string | null;

  @ApiProperty({
    enum: CIRCUIT_STATUSES,
    description: 'Open: requests are refused at once, until a probe (half_open) finds the database again.',
  })
  circuit!: CircuitStatus;

  @ApiProperty({ type: PoolDto })
  pool!: PoolDto;
}

@ApiSchema({ name: 'IssuerKeys' })
export class IssuerKeysDto {
  @ApiProperty()
  issuer!: string;

  @ApiProperty({ type: 'integer' })
  keys!: number;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  lastSuccess!: string | null;

  @ApiProperty({ type: String, nullable: true })
  lastError!: string | null;
}

@ApiSchema({ name: 'KeysHealth' })
export class KeysHealthDto {
  @ApiProperty({ enum: LEVEL_STATUSES })
  status!: LevelStatus;

  @ApiProperty({ type: [IssuerKeysDto] })
  issuers!: IssuerKeysDto[];
}

@ApiSchema({ name: 'DiscoveredIssuer' })
export class DiscoveredIssuerDto {
  @ApiProperty({ description: 'As the settings say.' })
  issuer!: string;

  @ApiProperty({ type: String, nullable: true, description: 'As the domain says; null until it has answered.' })
  discovered!: string | null;
}

@ApiSchema({ name: 'SettingsHealth' })
export class SettingsHealthDto {
  @ApiProperty({ enum: LEVEL_STATUSES })
  status!: LevelStatus;

  @ApiProperty({ type: [DiscoveredIssuerDto] })
  issuers!: DiscoveredIssuerDto[];

  @ApiProperty({ type: [String], description: 'Each names the setting to change.' })
  faults!: string[];
}

/** The mirrors in Auth0. Their trouble degrades the service; it never makes it unready. */
@ApiSchema({ name: 'MirrorsHealth' })
export class MirrorsHealthDto {
  @ApiProperty({ enum: MIRRORS_STATUSES, description: 'Unknown: the database did not answer how many are due.' })
  status!: (typeof MIRRORS_STATUSES)[number];

  @ApiProperty({ type: String, nullable: true, description: 'What is wrong, and what to do.' })
  detail!: string | null;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'To be sent, whether or not their turn has come; null while not known.',
  })
  due!: number | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Since when it has been the turn of the oldest; null while it is the turn of none, or not known.',
  })
  oldestDueAt!: string | null;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Given up until somebody mends the reason; null while it is not known.',
  })
  parked!: number | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description:
      'When the mirror that was seen longest ago was sent or compared; null when there is none, or not known.',
  })
  oldestCheckAt!: string | null;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description:
      'How long it takes until every mirror has been compared with Auth0 once, in seconds: the longer of the time since ' +
      '`oldestCheckAt` and what a round over all mirrors takes at the pace that the Auth0 plan leaves. Null while not known.',
  })
  checkPeriodSeconds!: number | null;

  @ApiProperty({ enum: CIRCUIT_STATUSES, description: 'Of reads from the Management API.' })
  readCircuit!: CircuitStatus;

  @ApiProperty({ enum: CIRCUIT_STATUSES, description: 'Of writes to the Management API.' })
  writeCircuit!: CircuitStatus;

  @ApiProperty({ type: 'integer', description: 'Reads that this process may do while the database is down.' })
  leasedReadsLeft!: number;
}

/** The clock of this process's host. A wrong one degrades the service; it never makes it unready. */
@ApiSchema({ name: 'ClockHealth' })
export class ClockHealthDto {
  @ApiProperty({ enum: LEVEL_STATUSES, description: 'Degraded: more than 2 s apart from one of the two.' })
  status!: LevelStatus;

  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'How far this host is ahead of the database; negative: behind; null until it was measured.',
  })
  databaseSkewSeconds!: number | null;

  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'The same against the issuer of the tokens, by the `Date` of its answers and by the `iat` of tokens.',
  })
  tokensSkewSeconds!: number | null;

  @ApiProperty({ type: [String], description: 'What is wrong, and what to correct.' })
  faults!: string[];
}

@ApiSchema({ name: 'FlowsHealth' })
export class FlowsHealthDto {
  @ApiProperty({ enum: ['up', 'degraded'] })
  status!: 'up' | 'degraded';

  @ApiProperty({
    type: [UnavailableVersionDto],
    description: 'Versions that people are on and this process cannot serve: 503 `flow_version_unavailable`.',
  })
  unavailable!: UnavailableVersionDto[];
}

@ApiSchema({ name: 'Health' })
export class HealthDto {
  @ApiProperty({ enum: LEVEL_STATUSES })
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
}
