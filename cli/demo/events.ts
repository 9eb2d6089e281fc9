// Access events of the demo, as source systems send them.
import type { AccessSubmission } from '../../gateway/services/submission.js';

const SYSTEM = 'urn:hospital-a:mrn';

export const DEMO_PATIENT = { system: SYSTEM, value: 'P1001' };
export const UNSEEN_PATIENT = { system: SYSTEM, value: 'P2002' };

type Row = readonly [
  time: string,
  id: string,
  name: string,
  role: string,
  unit: string,
  purpose: string,
  category: string,
];

const ROWS: readonly Row[] = [
  ['2026-10-28T08:05:00.000Z', 'dr-zhang', '张医师', 'physician', '内科', 'TREAT', 'inpatient'],
  ['2026-10-28T09:30:00.000Z', 'rn-li', '李护士', 'nurse', '内科', 'TREAT', 'inpatient'],
  ['2026-10-29T02:14:00.000Z', 'dr-chen', '陈医师', 'physician', '急诊科', 'BTG', 'inpatient'],
  ['2026-10-30T10:00:00.000Z', 'cl-wu', '吴会计', 'clerk', '财务科', 'HPAYMT', 'billing'],
  [
    '2026-10-30T15:45:00.000Z',
    'ar-smith',
    'J. Smith',
    'archivist',
    '病案室',
    'RECORDMGT',
    'inpatient',
  ],
];

/** Five events of one patient, the third an emergency override. */
export function demoEvents(): AccessSubmission[] {
  return ROWS.map(([occurredAt, id, name, role, unit, purpose, category], at) => ({
    patient: DEMO_PATIENT,
    occurredAt,
    action: 'R',
    outcome: 'success',
    actor: { id, name },
    role,
    organisation: 'hospital-a',
    unit,
    purpose,
    breakGlass: purpose === 'BTG',
    ...(purpose === 'BTG' ? { justification: '患者昏迷, 家属不在场' } : {}),
    records: ['archive/住院病历/P1001 王小明/入院记录.txt'],
    category,
    source: { system: 'emr', requestId: `demo-${at + 1}` },
  }));
}
