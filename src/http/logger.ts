import type { LoggerService } from '@nestjs/common';
import { destination, pino, stdTimeFunctions, type Logger } from 'pino';

/** A write for each line costs more than the line. What is buffered is written when the process ends, but for kill -9. */
const BUFFERED_BYTES = 8_192;
const FLUSH_MS = 1_000;

/**
 * Structured logs on standard output. Nothing logged may hold a token or step data: a request is told by route, status
 * and time only, and of an error only what is named here, because drivers hang parameters and rows onto theirs.
 */
export const createLogger = (level: string): Logger =>
  pino(
    {
      level,
      base: { service: 'foothold' },
      serializers: { err: describeError },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination({ sync: false, minLength: BUFFERED_BYTES, periodicFlush: FLUSH_MS }),
  );

interface ErrorDescription {
  readonly type: string;
  readonly message: string;
  readonly code?: unknown;
  readonly stack?: string;
  readonly cause?: ErrorDescription;
}

function describeError(error: unknown): ErrorDescription {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error) };
  const { name: type, message, stack, cause } = error;
  const code = 'code' in error ? error.code : undefined;
  return {
    type,
    message,
    ...(code !== undefined && { code }),
    stack,
    ...(cause ? { cause: describeError(cause) } : {}),
  };
}

/** Who tells at each start what the code says anyway. */
const CHATTY = new Set<unknown>(['InstanceLoader', 'NestFactory', 'RouterExplorer', 'RoutesResolver']);

type Level = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';

/** Lets Nest's own messages and `new Logger(context)` end in the one log. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log = (message: unknown, ...rest: unknown[]): void =>
    this.write(CHATTY.has(rest.at(-1)) ? 'debug' : 'info', message, rest);
  fatal = (message: unknown, ...rest: unknown[]): void => this.write('fatal', message, rest);
  error = (message: unknown, ...rest: unknown[]): void => this.write('error', message, rest);
  warn = (message: unknown, ...rest: unknown[]): void => this.write('warn', message, rest);
  debug = (message: unknown, ...rest: unknown[]): void => this.write('debug', message, rest);
  verbose = (message: unknown, ...rest: unknown[]): void => this.write('trace', message, rest);

  /** Nest passes its context (and for errors sometimes a stack) behind the message. */
  private write(level: Level, message: unknown, rest: unknown[]): void {
    const context = rest.at(-1);
    const texts = rest.slice(0, -1).filter((item) => typeof item === 'string');
    if (typeof message === 'object' && message !== null) {
      this.logger[level]({ context, ...message }, texts.join(' ') || undefined);
    } else {
      this.logger[level]({ context, ...(texts.length && { stack: texts.join('\n') }) }, String(message));
    }
  }
}
