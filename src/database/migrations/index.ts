import { CreateFoothold1795348800000 } from './1795348800000-CreateFoothold.js';
import { CreateProgressFunctions1795348900000 } from './1795348900000-CreateProgressFunctions.js';
import { CreateDirectoryFunctions1795349000000 } from './1795349000000-CreateDirectoryFunctions.js';
import { CreateDueSteps1795349300000 } from './1795349300000-CreateDueSteps.js';
import { AdministerTenants1795600000000 } from './1795600000000-AdministerTenants.js';
import { SendMirrors1795600100000 } from './1795600100000-SendMirrors.js';
import { RollUpProgress1795600200000 } from './1795600200000-RollUpProgress.js';
import { ErasePeople1795600300000 } from './1795600300000-ErasePeople.js';
import { RunBulkJobs1795600400000 } from './1795600400000-RunBulkJobs.js';
import { KnowClosedTenants1796010300000 } from './1796010300000-KnowClosedTenants.js';
import { NumberInvitations1796010400000 } from './1796010400000-NumberInvitations.js';
import { RecordImpersonators1796010500000 } from './1796010500000-RecordImpersonators.js';
import { CountUnmatchedSubjects1796011600011 } from './1796011600011-CountUnmatchedSubjects.js';
import { ReapplyErasures1796014000006 } from './1796014000006-ReapplyErasures.js';
import { CheckMirrors1796020000000 } from './1796020000000-CheckMirrors.js';
import { FindMirrorsAhead1796045100011 } from './1796045100011-FindMirrorsAhead.js';
import { RecordWhoOpened1796045100012 } from './1796045100012-RecordWhoOpened.js';
import { RecordCapacity1796069200000 } from './1796069200000-RecordCapacity.js';
import { CountAuditEntries1796069200001 } from './1796069200001-CountAuditEntries.js';
import { EraseInBackground1796069200003 } from './1796069200003-EraseInBackground.js';
import { RevokeAttestations1796069200002 } from './1796069200002-RevokeAttestations.js';
import { CountParkedMirrors1796083200000 } from './1796083200000-CountParkedMirrors.js';
import { MarkPartsDue1796086400021 } from './1796086400021-MarkPartsDue.js';

/** Oldest first. The service is ready once the database has at least these. */
export const MIGRATIONS = [
  CreateFoothold1795348800000,
  CreateProgressFunctions1795348900000,
  CreateDirectoryFunctions1795349000000,
  CreateDueSteps1795349300000,
  AdministerTenants1795600000000,
  SendMirrors1795600100000,
  RollUpProgress1795600200000,
  ErasePeople1795600300000,
  RunBulkJobs1795600400000,
  KnowClosedTenants1796010300000,
  NumberInvitations1796010400000,
  RecordImpersonators1796010500000,
  CountUnmatchedSubjects1796011600011,
  ReapplyErasures1796014000006,
  CheckMirrors1796020000000,
  FindMirrorsAhead1796045100011,
  RecordWhoOpened1796045100012,
  RecordCapacity1796069200000,
  CountAuditEntries1796069200001,
  RevokeAttestations1796069200002,
  EraseInBackground1796069200003,
  CountParkedMirrors1796083200000,
  MarkPartsDue1796086400021,
];

/** Names of the code's migrations that are not among those that were run. */
export const missingMigrations = (run: ReadonlyArray<{ readonly name: string }>): string[] => {
  const names = new Set(run.map(({ name }) => name));
  return MIGRATIONS.map(({ name }) => name).filter((name) => !names.has(name));
};
