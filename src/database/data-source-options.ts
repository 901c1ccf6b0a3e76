import type { PoolClient } from 'pg';
import type { DataSourceOptions } from 'typeorm';
import { PendingErasure } from '../admin/erasure/pending-erasure.entity.js';
import { BulkItem, BulkJob } from '../admin/bulk/bulk-job.entity.js';
import { OnboardingFunnel } from '../admin/rollup/onboarding-funnel.entity.js';
import { OnboardingPosition } from '../admin/rollup/onboarding-position.entity.js';
import { RollupClaim } from '../admin/rollup/rollup-claim.entity.js';
import { Auth0Mirror, Auth0MirrorTenant } from '../auth0-sync/auth0-mirror.entity.js';
import { MirrorCase } from '../auth0-sync/mirror-case.entity.js';
import { Auth0Budget, Auth0Process } from '../auth0-sync/rate-budget.entity.js';
import { FlowVersion } from '../flow-catalog/flow-version.entity.js';
import { JobWorker } from '../jobs/job-worker.entity.js';
import { Attestation } from '../onboarding/attestation.entity.js';
import { DueStep } from '../onboarding/due-step.entity.js';
import { PartDue } from '../onboarding/part-due.entity.js';
import { OnboardingHistory } from '../onboarding/onboarding-history.entity.js';
import { OnboardingProgress } from '../onboarding/onboarding-progress.entity.js';
import { Operation } from '../onboarding/operation.entity.js';
import { AuditCount } from '../tenant/audit-count.entity.js';
import { Audit } from '../tenant/audit.entity.js';
import { DraftOwner, Membership, Organization } from '../tenant/directory.entity.js';
import { ErasedPerson } from '../tenant/erasure/erased-person.entity.js';
import { Invitation } from '../tenant/invitations/invitation.entity.js';
import { Member } from '../tenant/member.entity.js';
import { Tenant } from '../tenant/tenant.entity.js';
import { Dataset } from './dataset.entity.js';
import { MIGRATIONS } from './migrations/index.js';

/** Waiting longer for a connection helps nobody: the caller is told that we are overloaded, and retries. */
export const CONNECT_TIMEOUT_MS = 2_000;
/** Above the server's own statement_timeout (5 s), so that the server speaks first while it can. */
export const QUERY_TIMEOUT_MS = 6_000;

export interface ConnectionOptions {
  readonly url: string;
  /** Default 2: a command line needs one, and one to spare. */
  readonly poolSize?: number;
  /** Sees each new connection before anybody uses it; the connection is closed if it rejects. */
  readonly onConnect?: (client: PoolClient) => Promise<void>;
}

/** One description of the database for the service, for migrations and for the drift check. */
export function dataSourceOptions({ url, poolSize = 2, onConnect }: ConnectionOptions): DataSourceOptions {
  return {
    type: 'postgres',
    url,
    schema: 'foothold',
    applicationName: 'foothold',
    entities: [
      Attestation,
      Audit,
      AuditCount,
      Auth0Budget,
      Auth0Mirror,
      Auth0MirrorTenant,
      Auth0Process,
      BulkItem,
      BulkJob,
      Dataset,
      DraftOwner,
      DueStep,
      PartDue,
      ErasedPerson,
      FlowVersion,
      Invitation,
      JobWorker,
      Member,
      Membership,
      MirrorCase,
      OnboardingFunnel,
      OnboardingHistory,
      OnboardingPosition,
      OnboardingProgress,
      PendingErasure,
      Operation,
      Organization,
      RollupClaim,
      Tenant,
    ],
    migrations: MIGRATIONS,
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each',
    synchronize: false,
    installExtensions: false,
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    poolSize,
    extra: {
      query_timeout: QUERY_TIMEOUT_MS,
      keepAlive: true,
      ...(onConnect && {
        // Not pg-pool's `verify`: a caller that stops waiting for a connection while that runs never releases it.
        onConnect: (client: PoolClient): Promise<void> => {
          // A connection may break between two queries of a transaction. The next query says so; without a listener,
          // Node would end the process.
          client.on('error', () => undefined);
          return onConnect(client);
        },
      }),
    },
  };
}
