import type { Answer, Api } from './api.js';
import { eventually } from './eventually.js';

/** Bulk jobs of one flow of a tenant, asked for as one of its admins. */
export class Bulk {
  constructor(
    private readonly api: Api,
    private readonly tenantId: string,
    private readonly flow = 'member_tour',
  ) {}

  /** The same at another process of the service. */
  at(url: string): Bulk {
    return new Bulk(this.api.at(url), this.tenantId, this.flow);
  }

  start(body: object): Promise<Answer> {
    return this.api.post(this.path(), { where: {}, reason: 'They told us', ...body });
  }

  show(jobId: string): Promise<Answer> {
    return this.api.get(this.path(`/${jobId}`));
  }

  people(jobId: string, query = ''): Promise<Answer> {
    return this.api.get(this.path(`/${jobId}/people${query}`));
  }

  cancel(jobId: string): Promise<Answer> {
    return this.api.send('POST', this.path(`/${jobId}/cancel`), { 'content-type': 'application/json' });
  }

  undo(jobId: string): Promise<Answer> {
    return this.api.post(this.path(`/${jobId}/undo`), { reason: 'That was wrong' });
  }

  /** The job, once it has ended. */
  async ended(jobId: string, longestMs?: number): Promise<any> {
    let job: any;
    await eventually(async () => {
      ({ body: job } = await this.show(jobId));
      return job.endedAt !== null;
    }, longestMs);
    return job;
  }

  /** Starts a job that must be accepted, and waits for its end. */
  async run(body: object): Promise<any> {
    const { status, body: job } = await this.start(body);
    if (status !== 202) throw new Error(`A job that the test builds on was refused: ${JSON.stringify(job)}`);
    return this.ended(job.id);
  }

  private path(rest = ''): string {
    return `/v1/tenants/${this.tenantId}/onboarding/${this.flow}/bulk${rest}`;
  }
}
