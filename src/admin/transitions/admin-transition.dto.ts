import { TransitionDto } from '../../onboarding/dto/transition.dto.js';
import { RequiredReason } from '../../tenant/dto/reason.js';

/** A command on somebody else's step. */
export class AdminTransitionDto extends TransitionDto {
  @RequiredReason()
  reason!: string;
}
