// Inquiries as an archivist looks at them: by when an answer is due.
import type { Inquiry } from './answers.js';

/** Of a gateway without inquiries, or for a caller who may not see them. */
const ABSENT: readonly string[] = [
  'NO_ROUTE',
  'NOT_FOUND',
  'ACCESS_DENIED',
  'HTTP 404',
  'HTTP 403',
];

export const isAbsent = ({ problem = '' }: { readonly problem?: string | undefined }): boolean =>
  ABSENT.includes(problem);

/** Overdue first, then by when the answer is due. */
export const byDue = (rows: readonly Inquiry[]): Inquiry[] =>
  [...rows].sort(
    (a, b) => Number(b.overdue) - Number(a.overdue) || Date.parse(a.dueAt) - Date.parse(b.dueAt),
  );
