import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { runCommand } from '../config/run-command.js';
import { examine } from './examine.js';
import { reportOf } from './report.js';

const usage = `npm run doctor -- [--user ID] [--json]

Checks the settings in the environment, the Auth0 tenant and the database, and says what to change.
  --user ID   a test person, such as "auth0|65f…": their metadata is written, read and restored
  --json      for machines: { "ok": …, "findings": [ … ] }
Ends with 0 when nothing failed, with 1 when something did, with 2 when it was called wrongly.`;

const options = { user: { type: 'string' }, json: { type: 'boolean' } } as const;

await runCommand({ usage, options }, async ({ user, json }) => {
  // What the service would log of a failing key endpoint is a finding here.
  Logger.overrideLogger(false);
  const findings = await examine({ user });
  const isHealthy = findings.every(({ status }) => status !== 'failed');
  console.log(json ? JSON.stringify({ ok: isHealthy, findings }, null, 2) : reportOf(findings));
  return isHealthy ? 0 : 1;
});
