// Words about the proof that a list is complete: what was checked, what that rests on, what it
// does not say.

export interface ProofTexts {
  readonly title: string;
  readonly claim: (moment: string) => string;
  readonly claimNobody: (moment: string) => string;
  readonly how: string;
  readonly check: string;
  readonly again: string;
  readonly working: string;
  readonly complete: (count: number, moment: string) => string;
  readonly nobody: (moment: string) => string;
  readonly partly: (count: number, hidden: number, moment: string) => string;
  /** Of a list that is too long for one file. */
  readonly bare: (count: number, moment: string) => string;
  readonly bareText: string;
  readonly keepBare: string;
  readonly differsBare: (count: number) => string;
  readonly incomplete: string;
  readonly notProven: string;
  readonly notChecked: string;
  readonly otherFile: string;
  readonly differs: (count: number) => string;
  readonly shownIsProven: string;
  readonly steps: string;
  readonly step: Readonly<Record<string, string>>;
  /** Of steps that say something else where one organisation alone runs the log. */
  readonly stepOfSingle: Readonly<Record<string, string>>;
  readonly status: Readonly<Record<string, string>>;
  readonly rests: string;
  readonly restsText: string;
  readonly fingerprint: string;
  readonly single: string;
  readonly not: string;
  readonly notText: readonly string[];
  readonly more: string;
  readonly keep: string;
  readonly keepText: string;
  readonly history: string;
  readonly trust: string;
  readonly page: string;
}

export const EN_STEPS: ProofTexts = {
  title: 'Is this list complete?',
  claim: (moment) =>
    `The hospital says: this list is complete; nothing was left out, reordered or changed up to ${moment}.`,
  claimNobody: (moment) => `The hospital says: nobody opened your file up to ${moment}.`,
  how: 'You need not believe it. Your browser can check the proof itself, on this device.',
  check: 'Check it now',
  again: 'Check again',
  working: 'The proof is loaded and checked on this device …',
  complete: (count, moment) =>
    `Complete. All ${count} entries about your file up to ${moment} are in this list; none was left out, reordered or changed.`,
  nobody: (moment) =>
    `Proven: the log holds no entry about your file up to ${moment}. Nobody is recorded as having opened it.`,
  partly: (count, hidden, moment) =>
    `Complete: the log holds ${count} entries about your file up to ${moment}. The contents of ${hidden} of them are not shown.`,
  bare: (count, moment) =>
    `Complete: the log holds ${count.toLocaleString('en')} entries about your file up to ${moment}, and each entry that this page has loaded is one of them.`,
  bareText:
    'Your list is too long for one file with all that its entries say. The proof therefore holds the fingerprint of every entry: that none is left out or added is proven; what the entries say is the hospital’s word. To have the contents proven too, ask the hospital for the receipts of the entries that matter to you, by their fingerprints.',
  keepBare: 'Your list is too long for one file: the file holds the fingerprints of all entries.',
  differsBare: (count) =>
    `Not complete. ${count} entries that this page shows are not among those that are proven. Do not rely on the list below.`,
  incomplete: 'Not complete. What came from the server is not the whole list, or was changed.',
  notProven: 'Not proven. The proof that came from the server does not hold.',
  notChecked: 'Not checked. The proof that came from the server could not be read to its end.',
  otherFile: 'Not complete. The proof that came from the server is about another file than yours.',
  differs: (count) =>
    `Not complete. ${count} entries that this page showed are not those that are proven. The list below is now the proven one.`,
  shownIsProven: 'What stands below is taken from the proof, entry by entry.',
  steps: 'Each step of the check',
  step: {
    format: 'The file can be read',
    subject: 'It is about your file number, and about no other',
    chain: 'Every entry follows the one before; none is missing between',
    entries: 'What each entry says is what was logged',
    map: 'The log’s register has just these entries for you, and no more',
    inclusion: 'That register belongs to the log',
    checkpoint: 'The log’s own key signed its state',
    attestation: 'Organisations confirmed that state',
    policy: 'As many organisations as the rules ask for',
    time: 'The times fit together',
  },
  stepOfSingle: {
    attestation: 'The operator of the log confirmed that state; nobody else did',
    policy: 'The trust file asks for the operator’s word alone',
  },
  status: { OK: 'holds', FAILED: 'does not hold', 'NOT CHECKED': 'not checked' },
  rests: 'What this rests on',
  restsText:
    'This page and the trust file came from the hospital’s server. To be independent of it, compare the fingerprint below with one that you have from another organisation, or check the downloaded files with a verify page from somebody else.',
  fingerprint: 'Fingerprint of the trust file',
  single:
    'This log has a single operator and is not witnessed by others: the hospital alone vouches for its state.',
  not: 'What this does not prove',
  notText: [
    'That what the entries say is true: who it was, when and why is the hospital’s word.',
    'That nobody looked without being recorded: a system that does not report leaves nothing here.',
    'Anything that was recorded after the moment named above, whenever it happened.',
  ],
  more: 'In the verifier’s words',
  keep: 'Keep it',
  keepText: 'Keep these files: with them anybody can check your list later, without this hospital.',
  history: 'Your list with its proof',
  trust: 'Trust file',
  page: 'Verify page, works without a network',
};

export const ZH_STEPS: ProofTexts = {
  title: '清单完整吗？',
  claim: (moment) => `医院声明：截至 ${moment}，本清单完整，没有遗漏、调换或更改任何记录。`,
  claimNobody: (moment) => `医院声明：截至 ${moment}，没有人查看过您的病历。`,
  how: '您不必只听医院的说法：您的浏览器可以在本机亲自核验证明。',
  check: '立即核验',
  again: '再次核验',
  working: '正在下载证明并在本机核验……',
  complete: (count, moment) =>
    `清单完整。截至 ${moment}，与您病历有关的 ${count} 条记录全部在此，没有遗漏、调换或更改。`,
  nobody: (moment) => `已证明：截至 ${moment}，日志中没有与您病历有关的记录，没有人被记录查看过。`,
  partly: (count, hidden, moment) =>
    `清单完整：截至 ${moment}，日志中共有 ${count} 条与您病历有关的记录，其中 ${hidden} 条的内容不显示。`,
  bare: (count, moment) =>
    `清单完整：截至 ${moment}，日志中共有 ${count.toLocaleString('zh-CN')} 条与您病历有关的记录，本页已加载的每一条都在其中。`,
  bareText:
    '您的清单过长，无法把全部内容放入一个文件。因此证明中只有每条记录的指纹：没有遗漏、没有添加已得到证明；记录的内容则由医院声明。如需证明某些记录的内容，请按指纹向医院索取它们的回执。',
  keepBare: '您的清单过长，无法放入一个文件：该文件包含所有记录的指纹。',
  differsBare: (count) =>
    `清单不完整。本页显示的记录中有 ${count} 条不在已证明的记录之内。请勿依据下方清单。`,
  incomplete: '清单不完整。服务器给出的不是全部记录，或内容被更改。',
  notProven: '未能证明。服务器给出的证明不成立。',
  notChecked: '未完成核验。服务器给出的证明无法读完。',
  otherFile: '清单不完整。服务器给出的证明属于另一份病历，不是您的。',
  differs: (count) =>
    `清单不完整。本页先前显示的记录中有 ${count} 条与证明不符。下方现在显示的是已证明的清单。`,
  shownIsProven: '下方内容逐条取自证明。',
  steps: '核验的每一步',
  step: {
    format: '文件可以读取',
    subject: '证明针对您的病历号，且只针对它',
    chain: '每条记录都接着前一条，中间没有缺失',
    entries: '每条记录的内容与登记时一致',
    map: '日志登记册中您的记录恰好是这些，没有更多',
    inclusion: '该登记册属于这份日志',
    checkpoint: '日志用自己的密钥签署了状态',
    attestation: '各机构确认了该状态',
    policy: '确认的机构数量符合规则',
    time: '各时间前后相符',
  },
  stepOfSingle: {
    attestation: '日志运行者确认了该状态，没有其他机构确认',
    policy: '信任文件只要求运行者自己的确认',
  },
  status: { OK: '成立', FAILED: '不成立', 'NOT CHECKED': '未核验' },
  rests: '核验的依据',
  restsText:
    '本页和信任文件都来自医院的服务器。若要独立于医院，请将下面的指纹与您从其他机构得到的指纹比对，或用他人提供的核验页面核验下载的文件。',
  fingerprint: '信任文件指纹',
  single: '这份日志由单一机构运行，没有其他机构见证：其状态仅由医院自己担保。',
  not: '这不能证明什么',
  notText: [
    '不能证明记录内容属实：是谁、何时、为何，均为医院的说法。',
    '不能证明没有未被记录的查看：不报送的系统在此不留痕迹。',
    '不涉及上述时刻之后才登记的任何事，无论其发生于何时。',
  ],
  more: '核验程序的说明',
  keep: '保存',
  keepText: '请保存这些文件：以后任何人都可以用它们核验您的清单，无需依靠本医院。',
  history: '您的清单及其证明',
  trust: '信任文件',
  page: '核验页面（无需网络）',
};
