// Codes of entries in plain words: purposes (v3-ActReason), actions (FHIR AuditEvent), acts.
import type { Bilingual, Language } from './language.js';

type Words = Bilingual<string>;

const words = (zh: string, en: string): Words => ({ 'zh-CN': zh, en });

const PURPOSES: Readonly<Record<string, Words>> = {
  TREAT: words('诊疗', 'treatment'),
  ETREAT: words('急诊救治', 'emergency treatment'),
  ERTREAT: words('急诊科诊疗', 'emergency-room treatment'),
  BTG: words('紧急越权访问', 'emergency override'),
  HPAYMT: words('医保与结算', 'payment'),
  HOPERAT: words('医院运营', 'hospital operations'),
  PATADMIN: words('患者管理', 'patient administration'),
  RECORDMGT: words('病案管理', 'records management'),
  HQUALIMP: words('质量改进', 'quality improvement'),
  HLEGAL: words('法律事务', 'legal matters'),
  HACCRED: words('评审认证', 'accreditation'),
  HCOMPL: words('合规检查', 'compliance check'),
  HSYSADMIN: words('系统维护', 'system administration'),
  HRESCH: words('科研', 'research'),
  PUBHLTH: words('公共卫生', 'public health'),
  PATRQT: words('本人申请', "the patient's own request"),
  FAMRQT: words('家属申请', "the family's request"),
};

const ACTIONS: Readonly<Record<string, Words>> = {
  C: words('新建', 'created'),
  R: words('查看', 'viewed'),
  U: words('修改', 'changed'),
  D: words('删除', 'deleted'),
  E: words('检索', 'searched'),
};

const ACTS: Readonly<Record<string, Words>> = {
  access: words('访问', 'access'),
  inquiry: words('提问', 'question'),
  answer: words('答复', 'answer'),
  link: words('关联标识', 'identifier linked'),
  unlink: words('取消关联', 'identifier unlinked'),
  erase: words('删除内容', 'content erased'),
  fixity: words('馆藏复核', 'check run'),
  admin: words('管理操作', 'administration'),
  archive: words('归档', 'archived'),
  receive: words('接收', 'received'),
  amend: words('修订', 'amended'),
  transform: words('格式转换', 'transformed'),
  transmit: words('移交', 'transmitted'),
  hold: words('冻结', 'put on hold'),
  unhold: words('解除冻结', 'hold lifted'),
  seal: words('封存', 'sealed'),
  unseal: words('启封', 'unsealed'),
  lend: words('借出', 'lent'),
  return: words('归还', 'returned'),
  destroy: words('销毁', 'destroyed'),
};

const find = (table: Readonly<Record<string, Words>>, code: string, language: Language) =>
  Object.hasOwn(table, code) ? (table[code]?.[language] ?? code) : code;

/** Codes that are not listed stand as they are. */
export const purposeText = (code: string, language: Language) => find(PURPOSES, code, language);
export const actionText = (code: string, language: Language) => find(ACTIONS, code, language);
export const actText = (code: string, language: Language) => find(ACTS, code, language);
