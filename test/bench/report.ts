import type { Bar } from './bars.js';
import { FASTIFY, FOOTHOLD, NEST_EXPRESS } from './contestants.js';
import type { LoadKind } from './load.js';
import { mediansOf, type Measurements } from './summary.js';

const ORDER = [FOOTHOLD, FASTIFY, NEST_EXPRESS];
const HEADINGS = ['requests/s', 'p50 ms', 'p99 ms', 'server CPU µs', 'database CPU µs', 'memory MB', 'peak MB'];

/** The measurements as Markdown, to be read in a terminal and pasted into a document. */
export function reportOf(measurements: Measurements, bars: readonly Bar[], about: readonly string[]): string {
  return [
    ...about.map((line) => `- ${line}`),
    '',
    'Each figure is the median of all rounds; CPU is per request, kernel included.',
    '',
    ...loadTable('GET status', 'read', measurements),
    '',
    ...loadTable('transition', 'write', measurements),
    '',
    ...table(
      ['bar', 'limit', 'measured', 'holds'],
      bars.map(({ promise, limit, measured, holds }) => [promise, limit, measured, holds ? 'yes' : 'NO']),
    ),
  ].join('\n');
}

function loadTable(title: string, kind: LoadKind, { runs }: Measurements): string[] {
  return table(
    [title, ...HEADINGS],
    ORDER.map(({ name, title: who }) => {
      const figures = mediansOf(runs, name, kind);
      return [
        who,
        Math.round(figures.requestsPerSecond).toLocaleString('en'),
        figures.p50Ms.toFixed(1),
        figures.p99Ms.toFixed(1),
        Math.round(figures.serverCpuMicros).toString(),
        Math.round(figures.databaseCpuMicros).toString(),
        Math.round(figures.residentMb).toString(),
        Math.round(figures.peakMb).toString(),
      ];
    }),
  );
}

/** First column to the left, the others to the right. */
function table(headings: readonly string[], rows: ReadonlyArray<readonly string[]>): string[] {
  const all = [headings, ...rows];
  const widths = headings.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => pad(cell, widths[column] ?? 0, column)).join(' | ')} |`;
  const rule = `| ${widths.map((width, column) => (column ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width))).join(' | ')} |`;
  return [line(headings), rule, ...rows.map(line)];
}

const pad = (cell: string, width: number, column: number): string =>
  column ? cell.padStart(width) : cell.padEnd(width);
