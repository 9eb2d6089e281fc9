// The lines of a benchmark as text, as a Markdown table, as JSON lines.

import {
  type Budget,
  isMet,
  type Line,
  type Measured,
  median,
  ratioOf,
  type Values,
} from './row.js';
import type { Output } from './settings.js';

function digits(value: number): number {
  if (value >= 100) return 0;
  if (value >= 10) return 1;
  return value >= 0.1 ? 2 : 4;
}

/** A number as people read it. */
export function formatNumber(value: number): string {
  const places = digits(Math.abs(value));
  return value.toLocaleString('en-US', {
    minimumFractionDigits: places,
    maximumFractionDigits: places,
  });
}

function formatLimit(limit: number): string {
  return limit.toLocaleString('en-US');
}

function formatValues(values: Values, unit: string): string {
  const range = `${formatNumber(Math.min(...values))}..${formatNumber(Math.max(...values))}`;
  const spread = values.length > 1 ? ` (${range})` : '';
  return `${formatNumber(median(values))} ${unit}${spread}`;
}

function formatBudget({ limit, is, of, later }: Budget, unit: string): string {
  const sign = is === 'at least' ? '≥' : '≤';
  const what = of === 'ratio' ? '× the baseline' : unit;
  return `${sign} ${formatLimit(limit)} ${what}${later === undefined ? '' : `, then ${later}`}`.trim();
}

function formatBaseline({ baseline, unit }: Measured): string {
  return baseline === undefined ? '' : `${baseline.what}: ${formatValues(baseline.values, unit)}`;
}

function verdict(line: Line): string {
  if ('notMeasured' in line) return 'not measured';
  const met = isMet(line);
  if (met === undefined) return '';
  return met ? 'met' : 'not met';
}

/** The same cells for people, whatever they stand in. */
function cells(line: Line): string[] {
  const { row, what } = line;
  if ('notMeasured' in line) {
    const budget = line.budget === undefined ? '' : formatBudget(line.budget, '');
    return [row, what, `not measured: ${line.notMeasured}`, '', '', budget, verdict(line)];
  }
  const { values, unit, budget } = line;
  const ratio = ratioOf(line);
  return [
    row,
    what,
    formatValues(values, unit),
    formatBaseline(line),
    ratio === undefined ? '' : formatNumber(ratio),
    budget === undefined ? '' : formatBudget(budget, unit),
    verdict(line),
  ];
}

const HEAD = ['row', 'what', 'measured', 'baseline of the same run', 'ratio', 'budget', ''];

function markdown(lines: readonly Line[]): string {
  const escaped = (cell: string) => cell.replaceAll('|', '\\|');
  const rows = [HEAD, HEAD.map(() => '---'), ...lines.map((line) => cells(line).map(escaped))];
  return rows.map((row) => `| ${row.join(' | ')} |\n`).join('');
}

function jsonLine(line: Line): string {
  const { budget } = line;
  if ('notMeasured' in line) return `${JSON.stringify({ ...line, met: null })}\n`;
  const { values, baseline } = line;
  const summary = (of: Values) => ({
    median: median(of),
    min: Math.min(...of),
    max: Math.max(...of),
  });
  return `${JSON.stringify({
    ...line,
    measured: summary(values),
    ...(baseline && { baseline: { ...baseline, ...summary(baseline.values) } }),
    ratio: ratioOf(line) ?? null,
    budget: budget ?? null,
    met: isMet(line) ?? null,
  })}\n`;
}

const LABELS = ['', '', 'measured', 'baseline', 'ratio', 'budget', ''];

function paragraph(line: Line): string {
  const [row = '', what = '', ...rest] = cells(line);
  const facts = rest.flatMap((cell, at) => {
    const label = LABELS[at + 2] ?? '';
    if (cell === '') return [];
    return [`  ${label === '' ? '=>' : label.padEnd(9)} ${cell}\n`];
  });
  const note = 'note' in line && line.note !== undefined ? `  note      ${line.note}\n` : '';
  return `${row}: ${what}\n${facts.join('')}${note}`;
}

/** Notes stand below the table, where a cell would be too narrow for them. */
function notes(lines: readonly Line[]): string {
  const told = lines.flatMap((line) =>
    'note' in line && line.note !== undefined ? [`- ${line.row}: ${line.note}\n`] : [],
  );
  return told.length === 0 ? '' : `\n${[...new Set(told)].join('')}`;
}

/** All lines; each ends in a line feed. */
export function formatLines(lines: readonly Line[], output: Output): string {
  if (output === 'json') return lines.map(jsonLine).join('');
  if (output === 'markdown') return `${markdown(lines)}${notes(lines)}`;
  return lines.map(paragraph).join('');
}
