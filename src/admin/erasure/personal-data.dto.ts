import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';

class ExportedTenantDto {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty()
  name!: string;
}

class HeldMirrorDto {
  @ApiProperty({ description: 'False when Auth0 did not answer, or may not be asked so often.' })
  readable!: boolean;

  @ApiPropertyOptional({
    type: 'object',
    nullable: true,
    additionalProperties: true,
    description: 'The sealed mirror, as Auth0 holds it at this moment; null when it holds none.',
  })
  held?: object | null;

  @ApiPropertyOptional({ description: 'Why it could not be read.' })
  reason?: string;
}

class BrowserInstructionDto {
  @ApiProperty({ description: 'How to get at what a browser keeps, which nobody but the person can reach.' })
  instruction!: string;
}

class ExportedLevelsDto {
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'array', items: { type: 'object', additionalProperties: true } },
    description: 'By table, the rows that are about the person or were written by them, as they are stored.',
  })
  database!: Readonly<Record<string, ReadonlyArray<Readonly<Record<string, unknown>>>>>;

  @ApiProperty()
  auth0!: HeldMirrorDto;

  @ApiProperty()
  browser!: BrowserInstructionDto;
}

@ApiSchema({ name: 'PersonalData' })
export class PersonalDataDto {
  @ApiProperty({ example: 'auth0|66f1' })
  subject!: string;

  @ApiProperty()
  tenant!: ExportedTenantDto;

  @ApiProperty({ format: 'date-time' })
  exportedAt!: string;

  @ApiProperty()
  levels!: ExportedLevelsDto;
}

class ErasedLevelsDto {
  @ApiProperty({ enum: ['erased'] })
  database!: 'erased';

  @ApiProperty({ enum: ['erased', 'pending'], description: 'Pending until Auth0 has removed the mirror.' })
  auth0!: 'erased' | 'pending';

  @ApiProperty({
    enum: ['erased_when_next_seen'],
    description: 'A device of theirs is told 410 `person_erased`, and forgets what it keeps.',
  })
  browser!: 'erased_when_next_seen';
}

class ReceiptDto {
  @ApiProperty({ format: 'uuid' })
  tenantId!: string;

  @ApiProperty({ description: 'HMAC-SHA256 of the person’s `sub`: recognises them, and tells nobody who they were.' })
  person!: string;

  @ApiProperty({ description: 'What the history that stays calls them.' })
  pseudonym!: string;

  @ApiProperty({ format: 'date-time' })
  erasedAt!: string;

  @ApiProperty({ format: 'date-time' })
  issuedAt!: string;

  @ApiProperty()
  levels!: ErasedLevelsDto;
}

@ApiSchema({ name: 'ErasureReceipt' })
export class ErasureReceiptDto {
  @ApiProperty()
  receipt!: ReceiptDto;

  @ApiProperty({ description: 'HMAC-SHA256 over the receipt as it is written here (JSON without spaces), base64url.' })
  signature!: string;

  @ApiProperty({ type: String, nullable: true, description: 'What keeps Auth0 from following, where that is known.' })
  auth0Trouble!: string | null;
}
