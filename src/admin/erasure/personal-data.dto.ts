import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { EXAMPLE } from '../../http/open-api/example-values.js';

/** Columns of PostgreSQL, under their own names; the other tables have no rows of this person. */
const EXAMPLE_ROWS = {
  member: [
    {
      subject: EXAMPLE.member,
      role: 'member',
      status: 'active',
      created_at: '2026-03-02T08:55:00+00:00',
      updated_at: '2026-03-02T09:05:00+00:00',
    },
  ],
  onboarding_progress: [],
  onboarding_history: [],
  operation: [],
  attestation: [],
  due_step: [],
  invitation: [],
  audit: [],
  mirror_case: [],
  bulk_job: [],
  bulk_item: [],
  auth0_mirror: [],
};

class ExportedTenantDto {
  @ApiProperty({ format: 'uuid', description: 'Id of the tenant.', example: EXAMPLE.tenantId })
  id!: string;

  @ApiProperty({ description: 'Name of the tenant.', example: EXAMPLE.tenantName })
  name!: string;
}

class HeldMirrorDto {
  @ApiProperty({ description: 'False when Auth0 did not answer, or when the read budget is used up.', example: true })
  readable!: boolean;

  @ApiPropertyOptional({
    type: 'object',
    nullable: true,
    additionalProperties: true,
    description: 'The signed mirror as Auth0 holds it now; null when Auth0 holds none.',
    example: null,
  })
  held?: object | null;

  @ApiPropertyOptional({ description: 'Why the mirror could not be read.' })
  reason?: string;
}

class BrowserInstructionDto {
  @ApiProperty({
    description: 'How the person reads what their own browser stores; no server can.',
    example: 'Open the browser console on the product and run Foothold.export().',
  })
  instruction!: string;
}

class ExportedLevelsDto {
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'array', items: { type: 'object', additionalProperties: true } },
    description: 'Rows about the person or written by the person, by table, as stored.',
    example: EXAMPLE_ROWS,
  })
  database!: Readonly<Record<string, ReadonlyArray<Readonly<Record<string, unknown>>>>>;

  @ApiProperty()
  auth0!: HeldMirrorDto;

  @ApiProperty()
  browser!: BrowserInstructionDto;
}

export class PersonalDataDto {
  @ApiProperty({ description: '`sub` of the person.', example: EXAMPLE.member })
  subject!: string;

  @ApiProperty()
  tenant!: ExportedTenantDto;

  @ApiProperty({ format: 'date-time', description: 'When the data was read.', example: EXAMPLE.now })
  exportedAt!: string;

  @ApiProperty()
  levels!: ExportedLevelsDto;
}

class ErasedLevelsDto {
  @ApiProperty({
    enum: ['erased', 'pending'],
    description: '`pending` while a job erases a long history; the tokens of the person are refused already.',
    example: 'erased',
  })
  database!: 'erased' | 'pending';

  @ApiProperty({
    enum: ['erased', 'pending'],
    description: '`pending` until Auth0 has removed the mirror.',
    example: 'pending',
  })
  auth0!: 'erased' | 'pending';

  @ApiProperty({
    enum: ['erased_when_next_seen'],
    description: 'A device of this person gets 410 `person_erased` on its next request and deletes what it stores.',
  })
  browser!: 'erased_when_next_seen';
}

class ReceiptDto {
  @ApiProperty({
    format: 'uuid',
    description: 'Id of the erasure. Every receipt of the same erasure has the same id.',
    example: '0de2c1a4-7d3f-4b59-9a61-5f0e8c2b7a13',
  })
  id!: string;

  @ApiProperty({
    type: 'integer',
    description: 'Version of the method that made `person` and `tombstone`.',
    example: 2,
  })
  hashVersion!: number;

  @ApiProperty({ format: 'uuid', description: 'Id of the tenant.', example: EXAMPLE.tenantId })
  tenantId!: string;

  @ApiProperty({
    description:
      'HMAC-SHA256 of tenant and `sub`. It is the same in every receipt of the person in this tenant, and differs in ' +
      'every other tenant.',
    example: 'Xk0mPq3r5vYw8z1bC4dF7gH9jK2nL6sT0uV3xA5eB8o',
  })
  person!: string;

  @ApiProperty({
    description: 'Encrypted. With it the service erases the person again after a backup was restored.',
    example: 'yX3cV0m2p5s8v1y4b7e0h3k6n9q2t5w8z1C4F7I0L3OqR6tU9wX2zA5dG8jM1pS4',
  })
  tombstone!: string;

  @ApiProperty({
    description: 'Random name that replaces the person in the remaining history.',
    example: 'erased|0de2c1a4-7d3f-4b59-9a61-5f0e8c2b7a13',
  })
  pseudonym!: string;

  @ApiProperty({ format: 'date-time', description: 'When the person was erased.', example: EXAMPLE.now })
  erasedAt!: string;

  @ApiProperty({ format: 'date-time', description: 'When this receipt was issued.', example: EXAMPLE.now })
  issuedAt!: string;

  @ApiPropertyOptional({ type: ErasedLevelsDto, description: 'Always present in the answer of this route.' })
  levels?: ErasedLevelsDto;
}

export class ErasureReceiptDto {
  @ApiProperty()
  receipt!: ReceiptDto;

  @ApiProperty({
    description: 'HMAC-SHA256 over the receipt as JSON without spaces, base64url.',
    example: 't5h0mPq3r5vYw8z1bC4dF7gH9jK2nL6sT0uV3xA5eB8',
  })
  signature!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Why Auth0 has not removed the mirror yet, if known.',
    example: null,
  })
  auth0Trouble!: string | null;
}
