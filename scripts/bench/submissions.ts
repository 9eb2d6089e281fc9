// What a hospital submits, the same in every run: every other entry archives a new record, the rest
// are accesses to one patient; a patient has ten on average, and new ones arrive all the time.
import { encodeHex, utf8 } from '../../chaincode/core/bytes.js';
import { sha256 } from '../../chaincode/core/hash.js';
import type {
  AccessSubmission,
  RecordSubmission,
  Submission,
} from '../../gateway/services/submission.js';

const ACCESSES_PER_PATIENT = 10;
const SYSTEM = 'urn:hospital-a';

/** Spreads indexes over all values of 32 bits. */
function scatter(index: number): number {
  return Math.imul(index ^ (index >>> 15), 0x9e3779b1) >>> 0;
}

/** A document that is archived. */
export function record(index: number): RecordSubmission {
  const name = `discharge-summary-${index}.pdf`;
  return {
    act: 'archive',
    record: {
      id: `archive/2026/ward-${scatter(index) % 40}/${name}`,
      version: 1,
      digests: { 'sha-256': encodeHex(sha256(utf8(name))) },
      size: 40_000 + (scatter(index) % 1_000_000),
      mediaType: 'application/pdf',
      category: 'inpatient',
      name,
      createdAt: '2026-11-01T08:00:00.000Z',
    },
  };
}

/** @param patient number of the patient */
function accessTo(patient: number, request: string): AccessSubmission {
  return {
    patient: { system: SYSTEM, value: `P${patient}` },
    occurredAt: '2026-11-01T08:00:00.000Z',
    action: 'R',
    outcome: 'success',
    actor: { id: `dr-${patient % 500}`, name: '张医师' },
    role: 'physician',
    organisation: 'hospital-a',
    unit: 'ward 3',
    purpose: 'TREAT',
    breakGlass: false,
    records: [],
    category: 'inpatient',
    source: { system: 'emr', requestId: request },
  };
}

/** @param patients how many there are; without it they arrive as time goes on */
export function submissionAt(index: number, patients?: number): Submission {
  if (index % 2 === 0) return record(index);
  const access = (index - 1) / 2;
  const request = `request-${index}`;
  if (patients !== undefined) return accessTo(scatter(access) % patients, request);
  const known = Math.floor(access / ACCESSES_PER_PATIENT);
  const isNew = access % ACCESSES_PER_PATIENT === 0;
  return accessTo(isNew ? known : scatter(access) % (known + 1), request);
}
