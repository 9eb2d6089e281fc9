// Cases whose statements are said more exactly today than when the case was made.
import type { EvidenceFolder } from './evidence-folder.js';
import { OLD_KEYS, OLD_KEYS_BEFORE } from './statements.js';

/** Adds each row that has the words of before once more, with those of today. */
export function addReworded({ cases }: EvidenceFolder): void {
  const today = (statement: string) => (statement === OLD_KEYS_BEFORE ? OLD_KEYS : statement);
  for (const row of [...cases]) {
    if (!row.statements?.includes(OLD_KEYS_BEFORE)) continue;
    cases.push({ ...row, statements: row.statements.map(today) });
  }
}
