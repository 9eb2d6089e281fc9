// Where the report of a pass lies. In DATA/audits it belongs to the data folder, and goes with it
// where that is moved or copied: a copy that went on with the original's would overwrite it.
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import type { PassRow } from './pass-row.js';

export const ownReport = (folder: string, startedAt: string) => join(folder, `${startedAt}.jsonl`);

/**
 * As the row keeps it.
 * @param folder absolute path of DATA/audits
 */
export function keptPlace(path: string, folder: string): string {
  return dirname(path) === folder ? relative(dirname(folder), path) : path;
}

/**
 * Absolute path of the report. The version before kept that of its own reports too: where such a
 * folder lay then is of no interest.
 */
export function reportPlace({ report, startedAt }: PassRow, folder: string): string {
  if (!isAbsolute(report)) return resolve(dirname(folder), report);
  const own = ownReport(folder, startedAt);
  const isOwn =
    basename(report) === basename(own) && basename(dirname(report)) === basename(folder);
  return isOwn ? own : report;
}
