// The log that the tests of evidence look at: two patients, two records, four appends.

import { EvidenceLog, type LogOptions } from './evidence-builder.js';
import { accessEntry, recordEntry } from './evidence-entries.js';

export const DOCUMENT = 'Discharge summary of an inpatient\n';
export const AMENDED = 'Discharge summary of an inpatient, corrected\n';
export const RECORD = 'ward-3/discharge-summary';
export const OTHER_RECORD = 'ward-3/consent';
export const PATIENT = 'P1';
export const NEIGHBOUR = 'P2';
export const NOBODY = 'P3';

/** Index of each leaf in the sample log. */
export const INDEX = {
  archive: 0,
  access0: 1,
  neighbour: 2,
  access1: 4,
  amend: 5,
  otherArchive: 6,
  access2: 8,
} as const;

/** Sizes of its checkpoints. */
export const SIZES = [0, 4, 8, 10] as const;

const TIMES = [
  '2026-11-01T09:00:00.000Z',
  '2026-11-02T09:00:00.000Z',
  '2026-11-03T09:00:00.000Z',
] as const;

export function sampleLog(options: LogOptions = {}): EvidenceLog {
  const log = new EvidenceLog(options);
  const { origin } = log;
  const patient = log.patientLabel(PATIENT);
  const record = log.recordLabel(RECORD);
  const access = (seed: string, at: string, subject = patient, changes = {}) => ({
    act: 'access' as const,
    subject,
    entry: accessEntry({ origin, at, seed }, changes),
  });
  const document = (seed: string, at: string, id: string, version: number, content: string) => ({
    act: version === 1 ? ('archive' as const) : ('amend' as const),
    subject: id === RECORD ? record : log.recordLabel(id),
    entry: recordEntry({ origin, at, seed }, { id, version, content }),
  });
  log.append(TIMES[0], [
    document('r1', '2026-11-01T08:59:58.000Z', RECORD, 1, DOCUMENT),
    access('a0', '2026-11-01T08:59:59.000Z'),
    access('b0', '2026-11-01T08:59:59.500Z', log.patientLabel(NEIGHBOUR)),
  ]);
  log.append(TIMES[1], [
    access('a1', '2026-11-02T08:59:57.000Z', patient, {
      breakGlass: true,
      justification: '急诊抢救',
    }),
    document('r2', '2026-11-02T08:59:58.000Z', RECORD, 2, AMENDED),
    document('o1', '2026-11-02T08:59:59.000Z', OTHER_RECORD, 1, 'Consent\n'),
  ]);
  log.append(TIMES[2], [access('a2', '2026-11-03T08:59:59.000Z')]);
  return log;
}
