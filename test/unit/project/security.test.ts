import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(__dirname, '../../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

interface Row {
  readonly id: string;
  readonly level: string;
  readonly verdict: string;
  readonly evidence: string;
}
const asvs = read('docs/asvs.md');
const rows: Row[] = [...asvs.matchAll(/^\| (V\d+\.\d+\.\d+) +\| (\d) +\| .*? \| ([\w/]+) +\| (.*?) +\|$/gm)].map(
  ([, id, level, verdict, evidence]) => ({ id: id!, level: level!, verdict: verdict!, evidence: evidence! }),
);
/** The files of this repository that a text names. */
const filesIn = (text: string): string[] =>
  [...text.matchAll(/`([\w.@-]+(?:\/[\w.@-]+)+|\.?[\w-]+\.(?:md|ts|js|json|cjs)|\.dockerignore)`/g)].map(
    ([, file]) => file!,
  );

describe('the table of ASVS 5.0', () => {
  it('has each requirement of levels 1 and 2 once', () => {
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
    const of = (level: string): number => rows.filter((row) => row.level === level).length;
    expect([of('1'), of('2')]).toEqual([70, 183]);
  });

  it('counts its verdicts rightly', () => {
    for (const level of ['1', '2']) {
      const counts = ['pass', 'n/a', 'deployment', 'fail'].map(
        (verdict) => rows.filter((row) => row.level === level && row.verdict === verdict).length,
      );
      const [, told = ''] = new RegExp(`^\\| level ${level} +\\| (.*) \\|$`, 'm').exec(asvs) ?? [];
      expect(told.split('|').map(Number)).toEqual([...counts, counts.reduce((sum, count) => sum + count)]);
    }
  });

  it('shows what passes by files that exist, and gives a reason for everything else', () => {
    const unshown = rows.filter(({ verdict, evidence }) => verdict === 'pass' && filesIn(evidence).length === 0);
    expect(unshown.map(({ id }) => id)).toEqual([]);
    expect(rows.filter(({ evidence }) => evidence.length < 4).map(({ id }) => id)).toEqual([]);
    const missing = rows.flatMap(({ id, evidence }) =>
      filesIn(evidence).flatMap((file) => (existsSync(join(root, file)) ? [] : [`${id}: ${file}`])),
    );
    expect(missing).toEqual([]);
  });
});

it('the pages about security name settings, files and pages that exist', () => {
  const settings = new Set([...read('.env.example').matchAll(/^#?([A-Z][A-Z0-9_]+)=/gm)].map(([, name]) => name));
  const outside = ['NODE_IMAGE', 'POSTGRES_IMAGE'];
  for (const page of ['SECURITY.md', 'docs/security.md']) {
    const text = read(page);
    const named = [...text.matchAll(/`([A-Z][A-Z0-9]*_[A-Z0-9_]+)\b/g)].map(([, name]) => name!);
    expect(named.filter((name) => !settings.has(name) && !outside.includes(name))).toEqual([]);
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)].map(([, link]) => link!);
    expect(links.filter((link) => !existsSync(resolve(root, page, '..', link)))).toEqual([]);
  }
  expect(read('README.md')).toContain('docs/security.md');
});
