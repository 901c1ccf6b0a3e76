import { ApiProperty } from '@nestjs/swagger';

export class LivenessDto {
  @ApiProperty({ enum: ['up'] })
  status!: 'up';
}

export class ReadinessDto {
  @ApiProperty({ enum: ['up', 'degraded'], description: '`degraded` while a level is down.', example: 'up' })
  status!: 'up' | 'degraded';
}
