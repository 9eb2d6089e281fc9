// Codes of access events in plain words, English and Chinese (v3-ActReason, FHIR AuditEvent).

interface Words {
  readonly en: string;
  readonly zh: string;
}

const PURPOSES: Readonly<Record<string, Words>> = {
  TREAT: { en: 'treatment', zh: '诊疗' },
  ETREAT: { en: 'emergency treatment', zh: '急诊救治' },
  ERTREAT: { en: 'emergency-room treatment', zh: '急诊科诊疗' },
  BTG: { en: 'emergency override', zh: '紧急越权访问' },
  HPAYMT: { en: 'payment', zh: '医保与结算' },
  HOPERAT: { en: 'hospital operations', zh: '医院运营' },
  PATADMIN: { en: 'patient administration', zh: '患者管理' },
  RECORDMGT: { en: 'records management', zh: '病案管理' },
  HQUALIMP: { en: 'quality improvement', zh: '质量改进' },
  HLEGAL: { en: 'legal matters', zh: '法律事务' },
  HACCRED: { en: 'accreditation', zh: '评审认证' },
  HCOMPL: { en: 'compliance check', zh: '合规检查' },
  HSYSADMIN: { en: 'system administration', zh: '系统维护' },
  HRESCH: { en: 'research', zh: '科研' },
  PUBHLTH: { en: 'public health', zh: '公共卫生' },
  PATRQT: { en: "patient's own request", zh: '本人申请' },
  FAMRQT: { en: 'family request', zh: '家属申请' },
};

const ACTIONS: Readonly<Record<string, string>> = {
  C: 'created',
  R: 'read',
  U: 'changed',
  D: 'deleted',
  E: 'searched',
};

/** `treatment 诊疗`; codes that are not listed stand as they are. */
export function purposeWords(code: string): string {
  const words = PURPOSES[code];
  return words === undefined ? code : `${words.en} ${words.zh}`;
}

export function actionWord(code: string): string {
  return ACTIONS[code] ?? code;
}
