import { Injectable } from '@nestjs/common';
import { invalidRequest, Problem } from '../http/problem.js';
import type { DeadLetterListDto } from './dead-letters.dto.js';
import { JobQueueRepository } from './job-queue.repository.js';

const SHOWN = 200;
/** As large as the numbers that the queue gives. */
const ID = /^\d{1,18}$/;

/** Jobs that failed until nobody tried them again by itself. */
@Injectable()
export class DeadLettersService {
  constructor(private readonly queue: JobQueueRepository) {}

  async list(): Promise<DeadLetterListDto> {
    const rows = await this.queue.deadLetters(SHOWN);
    return {
      items: rows.map(({ id, task, payload, attempts, last_error, failed_at }) => ({
        id,
        task,
        tenantId: payload.tenantId,
        jobId: payload.jobId,
        attempts,
        lastError: last_error,
        failedAt: failed_at.toISOString(),
      })),
    };
  }

  /** Goes on where the job stood, with all its attempts. */
  async retry(id: string): Promise<void> {
    if (!ID.test(id)) throw invalidRequest([{ path: 'id', message: 'expected the id of a dead letter, a number' }]);
    if (!(await this.queue.revive(id))) throw new Problem('job_not_found');
  }
}
