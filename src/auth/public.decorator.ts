import { SetMetadata } from '@nestjs/common';

export const IS_PUBLIC = 'foothold:public';

/** Opens a route, or all routes of a controller, to callers without a token. Everything else is closed. */
export const Public = () => SetMetadata(IS_PUBLIC, true);
