import { contradictionsIn } from '../config/contradictions.js';
import { readEnv, type Env } from '../config/env.js';
import { failed, ok, type Finding } from './finding.js';

/** The settings that can be used, and what is wrong with the others: the same that would stop the start. */
export function checkSettings(source?: NodeJS.ProcessEnv): {
  readonly values: Partial<Env>;
  readonly findings: Finding[];
} {
  const { values, problems } = readEnv(source);
  const all = [...problems, ...contradictionsIn(values)];
  const findings = all.length
    ? all.map(settingFault)
    : [ok('settings', `The settings are complete and fit together (NODE_ENV=${values.NODE_ENV})`)];
  return { values, findings };
}

/** In the words of the start, which tell what was found and what is expected. */
function settingFault(problem: string): Finding {
  const [variables = 'the environment'] = /^[A-Z][A-Z0-9_]+( and [A-Z][A-Z0-9_]+)*/.exec(problem) ?? [];
  return failed('settings', problem, { change: variables });
}
