import { RouteConfig } from '@nestjs/platform-fastify';

const KB = 1024;

/** The largest body of a route that names no other. The data of one step has at most 8 kB. */
export const BODY_LIMIT_BYTES = 16 * KB;
/** A bulk job may name a thousand people. */
export const BULK_BODY_LIMIT_BYTES = 128 * KB;
/** The largest body that any route reads. */
export const LARGEST_BODY_BYTES = BULK_BODY_LIMIT_BYTES;

/** As many people as a bulk job names, and what else is in its body. Validation costs more for each value than reading it. */
export const MAXIMUM_VALUES = 1_100;

/** Of a route whose body may be larger than {@link BODY_LIMIT_BYTES}. */
export const BodyLimit = (bytes: number): MethodDecorator => RouteConfig({ bodyLimit: bytes });
