import { SetMetadata } from '@nestjs/common';

export const IS_FOR_MACHINES = 'foothold:for-machines';

/** Refuses users' tokens (403 `forbidden`), whatever permissions they carry: only a trusted system may call the route. */
export const ForMachines = () => SetMetadata(IS_FOR_MACHINES, true);
