import type { Finding } from './finding.js';

const MARK = { ok: 'ok      ', failed: 'FAILED  ', skipped: 'skipped ' } as const;

/** For people: a line for each finding, and what to do about each that failed. */
export function reportOf(findings: readonly Finding[]): string {
  const count = (status: Finding['status']): number => findings.filter((finding) => finding.status === status).length;
  const closing = `${count('ok')} ok, ${count('failed')} failed, ${count('skipped')} skipped.`;
  return [...findings.flatMap(linesOf), '', closing].join('\n');
}

function linesOf(finding: Finding): string[] {
  const line = `${MARK[finding.status]}${finding.check}: ${finding.summary}`;
  if (finding.status !== 'failed') return [line];
  const { found, expected, change } = finding;
  const indent = ' '.repeat(MARK.failed.length);
  return [
    line,
    ...(found ? [`${indent}found:    ${found}`] : []),
    ...(expected ? [`${indent}expected: ${expected}`] : []),
    `${indent}change:   ${change}`,
  ];
}
