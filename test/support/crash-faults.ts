import { execFileSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { pause, type CrashLab } from './crash-lab.js';

/** Something that goes wrong, and is over when it resolves; the service has to come back by itself. */
export type Fault = (lab: CrashLab) => Promise<void>;

/** Longer than the service waits for an answer, so that its circuit opens. */
const PAUSED_MS = 8_000;
const FULL_MS = 3_000;

export const KILL_POSTGRES: Fault = (lab) => lab.killPostgres();
export const KILL_SERVICE: Fault = (lab) => lab.killService();
export const CUT_SESSIONS: Fault = (lab) => lab.cutSessions();

export const PAUSE_POSTGRES: Fault = async (lab) => {
  lab.pausePostgres();
  await pause(PAUSED_MS);
  lab.resumePostgres();
};

/** PostgreSQL may go on without writing, or end itself when its log cannot grow; then it needs a start. */
export const FILL_DISK: Fault = async (lab) => {
  try {
    execFileSync('dd', ['if=/dev/zero', `of=${lab.ballastFile}`, 'bs=1M'], { stdio: 'ignore' });
  } catch {
    // dd fails when the disk is full, which is what it is for.
  }
  await pause(FULL_MS);
  await rm(lab.ballastFile);
  await lab.startPostgresIfEnded();
};
