// Why something was not anchored, in words and with what to do, by the code of the refusal.
import { HERE, LEDGER } from './archive-faults.js';
import type { Bilingual, Language } from './languages.js';

export interface Cause {
  readonly what: string;
  readonly todo: string;
}

export type CauseRow = readonly [
  code: string,
  whatZh: string,
  todoZh: string,
  whatEn: string,
  todoEn: string,
];

/** Faults of what a source sent. */
const SENT: readonly CauseRow[] = [
  [
    'EVENT_NOT_MAPPED',
    '来源系统的代码在本网关尚未对应。',
    '请管理员在 fhir.sources 中补充对应关系，然后重试。',
    'A code of the source system is not mapped on this gateway.',
    'Have the administrator set it in fhir.sources, then try again.',
  ],
  [
    'EVENT_WITHOUT_PATIENT',
    '事件没有指明患者，不属于任何患者的访问记录。',
    '无需处理，或让来源系统补上患者后重新发送。',
    'The event names no patient, so it is in nobody’s history.',
    'Nothing is to be done, unless the source should have named one and sends it again.',
  ],
  [
    'PATIENT_NOT_NORMAL',
    '患者标识的写法不规范（空格、大小写或字符）。',
    '让来源系统按登记的写法发送患者标识。',
    'The patient’s identifier is not in its normal form (spaces, case or characters).',
    'Have the source system send it in the form that is registered.',
  ],
  [
    'BAD_JSON',
    '内容不是正确的 JSON，可能在传输中损坏。',
    '让来源系统重新发送；若仍失败，请告知其厂商。',
    'The content is no valid JSON; it may have been damaged on the way.',
    'Have the source send it again; when that fails too, tell its vendor.',
  ],
  [
    'BAD_INPUT',
    '有一项内容缺失或填写有误。',
    '按详情所指的项目在来源系统中更正，然后重新发送。',
    'A member is missing or wrong.',
    'Correct the member named in the details at the source, and have it sent again.',
  ],
  [
    'BAD_FORMAT',
    '文件格式不是预期的格式。',
    '请提供原始、未经改动的文件。',
    'The file is not in the form that was expected.',
    'Give the original file, unchanged.',
  ],
  [
    'TOO_LARGE',
    '内容超过允许的大小。',
    '分成较小的部分发送。',
    'It is larger than allowed.',
    'Have it sent in smaller pieces.',
  ],
  [
    'WRONG_MEDIA_TYPE',
    '内容类型不被接受。',
    '让来源系统以详情所述的类型发送。',
    'Its media type is not accepted.',
    'Have the source send one of the types named in the details.',
  ],
  [
    'IDEMPOTENCY_CONFLICT',
    '同一请求编号此前已用于不同的内容。',
    '让来源系统使用新的请求编号。',
    'The same request number was used before for other content.',
    'Have the source use a new request number.',
  ],
  [
    'REQUEST_CONFLICT',
    '同时发送的内容互相矛盾。',
    '按详情在来源系统中更正。',
    'What was sent together contradicts itself.',
    'Correct it at the source, as the details say.',
  ],
  [
    'VERSION_CONFLICT',
    '版本号不是此档案的下一个版本号。',
    '先查看此档案的版本：补交缺少的版本，或更正版本号。',
    'Its version number is not the next one of this record.',
    'Look at the record’s versions: submit the missing one first, or correct the number.',
  ],
  [
    'DIGEST_MISMATCH',
    '收到的内容与所附摘要不一致。',
    '重新读取并重新发送文件。',
    'What arrived does not fit the digest sent with it.',
    'Read the document anew and send it again.',
  ],
  [
    'ACT_REFUSED',
    '档案目前的状况不允许此操作，例如冻结、封存或已销毁。',
    '先查看此档案的历史。',
    'The record’s condition forbids this, such as a hold, a seal or its destruction.',
    'Look at the record’s history first.',
  ],
  [
    'ACCESS_DENIED',
    '来源系统无权提交此内容。',
    '请管理员检查该系统的权限。',
    'The source system may not submit this.',
    'Have the administrator look at the rights of that system.',
  ],
  [
    'NEWER_VERSION',
    '内容由更新版本的软件生成。',
    '请管理员更新 Chartseal。',
    'It was made by a later version of the software.',
    'Have the administrator update Chartseal.',
  ],
  [
    'RECORD_ID_TAKEN',
    '档号已被另一个文件使用。',
    '用前缀区分两个文件夹；若档案库是搬迁来的，请管理员注明。',
    'The identifier belongs to another file already.',
    'Tell the two folders apart by a prefix; or say that the archive was moved.',
  ],
  [
    'NOT_FOUND',
    '所指的内容不存在。',
    '检查标识；标识逐字比对。',
    'What it refers to is not there.',
    'Check the identifier; it is compared letter by letter.',
  ],
];

const tableOf = (rows: readonly CauseRow[]): ReadonlyMap<string, Bilingual<Cause>> =>
  new Map(
    rows.map(([code, whatZh, todoZh, whatEn, todoEn]) => [
      code,
      { 'zh-CN': { what: whatZh, todo: todoZh }, en: { what: whatEn, todo: todoEn } },
    ]),
  );

const FAULTS = tableOf([...HERE, ...LEDGER]);
const CAUSES = tableOf([...SENT, ...HERE, ...LEDGER]);

/** Undefined for a code that has no words here: then the gateway's own say it. */
export const causeText = (code: string, language: Language): Cause | undefined =>
  CAUSES.get(code)?.[language];

/** As {@link causeText}, of faults of this machine and of the ledger alone. */
export const faultText = (code: string, language: Language): Cause | undefined =>
  FAULTS.get(code)?.[language];
