import { SetMetadata } from '@nestjs/common';

export const IS_FOR_PEOPLE = 'foothold:for-people';

/** Refuses machine tokens (403 `forbidden`) on routes about the caller's own progress: a machine has none. */
export const ForPeople = () => SetMetadata(IS_FOR_PEOPLE, true);
