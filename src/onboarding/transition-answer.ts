import type { FastifyReply } from 'fastify';
import type { TransitionResultDto } from './dto/onboarding-view.dto.js';
import type { TransitionResult } from './step-mover.js';

/** The body of a transition's answer; its headers are set on `reply`. */
export function transitionAnswer(reply: FastifyReply, result: TransitionResult): TransitionResultDto {
  const { view, etag, applied, outcome } = result;
  void reply.header('etag', etag);
  if (outcome === 'replayed') void reply.header('idempotency-replayed', 'true');
  return { ...view, applied } as TransitionResultDto;
}
