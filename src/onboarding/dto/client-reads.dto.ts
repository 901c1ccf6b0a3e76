import { ApiProperty, ApiSchema } from '@nestjs/swagger';
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

@ApiSchema({ name: 'ReadCounts' })
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
@ApiSchema({ name: 'ClientReads' })
export class ClientReadsDto {
  @ApiProperty({ example: 'workspace', maxLength: 100 })
  @IsString()
  @Length(1, 100)
  flow!: string;

  @ApiProperty({ type: ReadCountsDto })
  @IsObject()
  @ValidateNested()
  @Type(() => ReadCountsDto)
  counts!: ReadCountsDto;
}
