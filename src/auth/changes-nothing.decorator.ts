import { SetMetadata } from '@nestjs/common';

export const CHANGES_NOTHING = 'foothold:changes-nothing';

/** Marks a route that stores nothing although its method is not GET, so that a read-only caller may use it. */
export const ChangesNothing = () => SetMetadata(CHANGES_NOTHING, true);
