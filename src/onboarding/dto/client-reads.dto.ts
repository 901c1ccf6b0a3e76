import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsObject, IsString, Length, Max, Min, ValidateNested } from 'class-validator';

/** More in one report is no browser's honest count. */
const MOST = 10_000;
const Count = (): PropertyDecorator => (target, property) => {
  ApiProperty({ type: 'integer', minimum: 0, maximum: MOST })(target, property);
  IsInt()(target, property);
  Min(0)(target, property);
  Max(MOST)(target, property);
};

export class ReadCountsDto {
  @Count()
  database!: number;

  @Count()
  auth0!: number;

  @Count()
  cache!: number;

  @Count()
  default!: number;
}

/** Which level answered a browser's reads since its last report. */
export class ClientReadsDto {
  @ApiProperty({ example: 'workspace', maxLength: 100, description: 'Key of the flow.' })
  @IsString()
  @Length(1, 100)
  flow!: string;

  @ApiProperty({
    type: ReadCountsDto,
    description: 'Number of reads by the level that answered.',
    example: { database: 5, auth0: 0, cache: 2, default: 1 },
  })
  @IsObject()
  @ValidateNested()
  @Type(() => ReadCountsDto)
  counts!: ReadCountsDto;
}
