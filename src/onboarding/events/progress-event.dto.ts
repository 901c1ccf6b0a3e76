import { ApiProperty, getSchemaPath, type ApiResponseOptions } from '@nestjs/swagger';
import { OnboardingViewDto } from '../dto/onboarding-view.dto.js';

/** One event of the stream, as a client's parser gives it. */
export class ProgressEventDto {
  @ApiProperty({ description: 'Revision and lineage of the view.', example: '2.7f1c2a34-0000-4000-8000-000000000001' })
  id!: string;

  @ApiProperty({ enum: ['progress'], description: 'Name of the event.' })
  event!: 'progress';

  @ApiProperty({ type: OnboardingViewDto, description: 'The view, as JSON in one line.' })
  data!: OnboardingViewDto;
}

/** OpenAPI 3.1 has no word for a stream: the text and what it holds are described as JSON Schema describes contents. */
const STREAM = {
  type: 'string',
  contentMediaType: 'text/event-stream',
  contentSchema: { type: 'array', items: { $ref: getSchemaPath(ProgressEventDto) } },
} as const;

export const PROGRESS_EVENTS: NonNullable<Extract<ApiResponseOptions, { content?: unknown }>['content']> = {
  'text/event-stream': {
    schema: STREAM,
    example:
      'id: 2.7f1c2a34-0000-4000-8000-000000000001\nevent: progress\ndata: {"tenantId":"0ac3e000-0000-4000-8000-000000000001","revision":2,…}\n\n',
  },
};
