import { Module, type DynamicModule } from '@nestjs/common';
import { ConfigModule } from '../../config/config.module.js';
import type { Config } from '../../config/config.js';
import { DatabaseModule } from '../../database/database.module.js';
import { AuditRepository } from '../../tenant/audit.repository.js';
import { Tombstones } from '../../tenant/erasure/tombstones.js';
import { MemberRepository } from '../../tenant/members/member.repository.js';
import { TenantLifecycleRepository } from '../../tenant/tenants/tenant-lifecycle.repository.js';
import { ErasureReapplication } from './erasure-reapplication.js';
import { ErasureRepository } from './erasure.repository.js';
import { PersonEraser } from './person-eraser.js';

/** What `npm run restored` needs of the service: no workers, which would send mirrors of people who are to be erased. */
@Module({})
export class RestoredModule {
  static with(config: Config): DynamicModule {
    return {
      module: RestoredModule,
      imports: [ConfigModule.with(config), DatabaseModule],
      providers: [
        AuditRepository,
        ErasureReapplication,
        ErasureRepository,
        MemberRepository,
        PersonEraser,
        TenantLifecycleRepository,
        Tombstones,
      ],
    };
  }
}
