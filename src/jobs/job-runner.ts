import { setTimeout as sleep } from 'node:timers/promises';
import { EventEmitter } from 'node:events';
import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { Logger as QueueLogger, run, type Runner, type WorkerEvents } from 'graphile-worker';
import { CONFIG, type Config } from '../config/config.js';
import { DatabaseStartup } from '../database/database-startup.js';
import { Lineage } from '../database/lineage.js';
import { jobQueuePool } from '../database/job-queue-pool.js';
import { JOB_QUEUE_SCHEMA } from '../database/job-queue-schema.js';
import { JobQueueRepository, type JobPayload } from './job-queue.repository.js';

/** One process runs so many jobs at once; each takes as many of the service's connections as it says. */
const CONCURRENT_JOBS = 2;
/** For listening, and for taking a job while another is handed back. */
const CONNECTIONS = 2;
/** For jobs that are tried again. Of new ones graphile-worker is told. */
const POLL_MS = 5_000;
const SIGN_OF_LIFE_MS = 2_000;
/** graphile-worker itself waits four hours before it believes that a worker is dead. */
const DEAD_AFTER_SECONDS = 6;
const RESTART_MS = 1_000;
/**
 * graphile-worker catches what fails while it records a job's end only where it records several at once. Otherwise nothing
 * handles the rejection, and Node ends the process. No time is spent on collecting several.
 */
const CAUGHT = { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } };

/**
 * Does a job, or goes on with it: it may have been begun before, by a process that was killed, and in rare cases still
 * be under way elsewhere. What throws is tried again later. `signal` says that the process stops: whoever heeds it keeps
 * what is done, and throws.
 */
export type JobHandler = (payload: JobPayload, signal: AbortSignal, attempt: JobAttempt) => Promise<void>;

export interface JobAttempt {
  /** Nobody tries it again by itself if this one fails. */
  readonly isLast: boolean;
}

/**
 * Runs jobs. Every process does, and they share the work; each tells now and then that it is alive, and frees what the
 * dead held.
 *
 * waiting: for the database, at the start and after it was lost. Tried again every second.
 * running: takes jobs as they come. Left when the database goes, or when the process stops.
 * stopped: takes no more, tells those under way to stop, and waits for them.
 */
@Injectable()
export class JobRunner implements OnModuleDestroy {
  private readonly logger = new Logger(JobRunner.name);
  private readonly handlers = new Map<string, JobHandler>();
  private readonly workers = new Set<string>();
  private readonly stopping = new AbortController();
  private readonly url: string;
  private runner: Runner | undefined;
  private running: Promise<unknown> | undefined;

  constructor(
    private readonly queue: JobQueueRepository,
    private readonly lineage: Lineage,
    @Inject(CONFIG) { database }: Config,
    startup: DatabaseStartup,
  ) {
    this.url = database.listenUrl;
    void startup.ready.then(() => {
      if (!this.stopping.signal.aborted) this.running = Promise.all([this.run(), this.tellOfLife()]);
    });
  }

  /** Before the application's bootstrap. */
  handle(task: string, handler: JobHandler): void {
    this.handlers.set(task, handler);
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort(new Error('The process stops; the job goes on in another'));
    await this.runner?.stop().catch(() => undefined);
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      const pool = jobQueuePool(this.url, CONNECTIONS, this.lineage);
      try {
        // Those of a runner before are dead, and what they held is freed as such.
        this.workers.clear();
        this.runner = await run({
          pgPool: pool,
          schema: JOB_QUEUE_SCHEMA,
          taskList: this.tasks(),
          parsedCronItems: [],
          concurrency: CONCURRENT_JOBS,
          pollInterval: POLL_MS,
          noHandleSignals: true,
          preset: CAUGHT,
          events: this.events(),
          logger: this.queueLogger(),
        });
        if (this.stopping.signal.aborted) await this.runner.stop();
        await this.runner.promise;
      } catch (error) {
        this.logger.warn({ err: error }, 'Jobs wait: the database does not answer');
      }
      // Not waited for: a server that hangs does not end its sessions.
      void pool.end().catch(() => undefined);
      await this.pause(RESTART_MS);
    }
  }

  private async tellOfLife(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      try {
        await this.queue.beat([...this.workers], DEAD_AFTER_SECONDS);
      } catch (error) {
        this.logger.debug({ err: error }, 'No sign of life: the database does not answer');
      }
      await this.pause(SIGN_OF_LIFE_MS);
    }
    await this.queue.leave([...this.workers]).catch(() => undefined);
  }

  private tasks() {
    return Object.fromEntries(
      [...this.handlers].map(([task, handler]) => [
        task,
        (payload: unknown, { job }: { job: { attempts: number; max_attempts: number } }): Promise<void> =>
          handler(payload as JobPayload, this.stopping.signal, { isLast: job.attempts >= job.max_attempts }),
      ]),
    );
  }

  /** A worker tells of itself before it takes a job: what it holds is known to be held by somebody who lives. */
  private events(): WorkerEvents {
    const events = new EventEmitter() as WorkerEvents;
    events.on('worker:create', ({ worker: { workerId } }) => {
      this.workers.add(workerId);
      void this.queue.signOfLife([workerId]).catch(() => undefined);
    });
    return events;
  }

  private queueLogger(): QueueLogger {
    return new QueueLogger(() => (level: string, message: string) => {
      if (level === 'error') this.logger.warn(message);
      else if (level === 'warning') this.logger.debug(message);
    });
  }

  private async pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }
}
