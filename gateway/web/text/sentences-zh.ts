// The verifier's sentences in Chinese. The verifier is the same everywhere and speaks English;
// what is not in this table is shown as it said it, marked as English.

import { FAULTS, OF_ONE, type Rule } from './faults-zh.js';

const STEP_NAMES: Readonly<Record<string, string>> = {
  format: '文件格式',
  document: '档案内容',
  entry: '条目',
  inclusion: '日志中的位置',
  checkpoint: '日志签名',
  attestation: '作证',
  subject: '对象',
  chain: '链',
};

const ACT_NAMES: Readonly<Record<string, string>> = {
  archive: '归档',
  amend: '修订',
  access: '访问',
  inquiry: '提问',
  answer: '答复',
  fixity: '复核',
};

/** `$1`, `$2` … stand for what the pattern caught. */
const STEPS: readonly Rule[] = [
  [/^Not checked, because step (\w+) did not succeed\.$/, '因“$1”一步未通过，未核验。'],
  [/^The file is of a known format, canonical and whole\.$/, '文件格式已知、规范、完整。'],
  [/^The file is damaged: .*$/, '文件已损坏，无法读取。'],
  [/^This is no file of ours: .*$/, '这不是 Chartseal 的文件。'],
  [/^(?:.+) is newer than this verifier\.$/, '文件由更新的版本写成，本核验工具无法判断。'],
  [/^No document was given\.$/, '未提供档案。'],
  [/^The document is the one of the entry \((.+)\)\.$/, '所给文件正是条目所登记的档案（$1）。'],
  [
    /^The document has another digest than the entry \((.+)\)\.$/,
    '所给文件的摘要与登记的不同（$1）。',
  ],
  [
    /^The document has (\d+) bytes, the entry says (\d+)\.$/,
    '所给文件为 $1 字节，登记的是 $2 字节。',
  ],
  [
    /^This receipt is of an access event: it says nothing about a document\.$/,
    '这是访问事件的回执，与档案文件无关。',
  ],
  [
    /^This receipt is of a patient's question: it says nothing about a document\.$/,
    '这是患者提问的回执，与档案文件无关。',
  ],
  [
    /^This receipt is of an answer to a patient's question: it says nothing about a document\.$/,
    '这是答复患者提问的回执，与档案文件无关。',
  ],
  [
    /^Entry (\d+): It is about an entry that does not stand before it in this chain\.$/,
    '第 $1 号条目所针对的条目不在链中它之前。',
  ],
  [
    /^Entry (\d+): It carries on an inquiry that does not stand before it in this chain\.$/,
    '第 $1 号条目所接续的提问不在链中它之前。',
  ],
  [
    /^This receipt is of a fixity run: it says nothing about a document\.$/,
    '这是馆藏复核的回执，与档案文件无关。',
  ],
  [
    /^The entry \((\w+)\) is the one that its leaf commits to\.$/,
    '条目（$1）正是日志所承诺的内容。',
  ],
  [/^The entry is not the one that its leaf commits to\.$/, '条目与日志所承诺的内容不同。'],
  [
    /^(?:The leaf|It|The closing leaf) is number (\d+) of (\d+) in the tree with root ([0-9a-f]+)\.$/,
    '它是日志 $2 条中的第 $1 号，日志根值为 $3。',
  ],
  [/^The log is empty: .*$/, '日志为空，尚无封口条目。'],
  [
    /^The log (\S+) signed this checkpoint of size (\d+)\.$/,
    '日志 $1 已签署这一检查点，共 $2 条。',
  ],
  [
    /^The log (\S+) signed this checkpoint of size (\d+)\..* (?:It is the one that the trust file pins\.|The pinned log of size \d+ begins with it\.)/,
    '日志 $1 已签署这一检查点，共 $2 条，与信任文件中固定的一致。',
  ],
  [
    /^The log (\S+) signed this checkpoint of size (\d+)\. It goes on from the pinned log of size (\d+): .*$/,
    '日志 $1 已签署这一检查点，共 $2 条，它接续信任文件中固定的 $3 条；其后增加的内容只凭密钥。',
  ],
  [
    /^The log (\S+) signed this checkpoint of size (\d+)\. It was compared with no pinned checkpoint\.$/,
    '日志 $1 已签署这一检查点，共 $2 条；未与信任文件中固定的检查点比对。',
  ],
  [/^The trust file does not name the log (\S+)\.$/, '信任文件中没有日志 $1。'],
  [/^The attested answer states this very checkpoint\.$/, '作证的内容正是这一检查点。'],
  [/^The attestation is not signed by the log's key\.$/, '证明不是由日志的密钥签署的。'],
  [
    /^1 of 1 organisation attests: (.+), the log's owner; nobody else does\.$/,
    '唯一的机构 $1（日志所有者）作证；没有其他机构。',
  ],
  [
    /^(\d+) of (\d+) organisations attest: (.+), the log's owner; nobody else does\. Forks are excluded if more than two thirds of the orderers are honest\.$/,
    '$2 家机构中有 $1 家作证：$3（日志所有者）；没有其他机构。超过三分之二的排序节点诚实时，可排除分叉。',
  ],
  [
    /^(\d+) of (\d+) organisations attest: (.+), the log's owner; nobody else does\. Forks are excluded only if the ordering service is honest\.$/,
    '$2 家机构中有 $1 家作证：$3（日志所有者）；没有其他机构。只有排序服务诚实时，才能排除分叉。',
  ],
  [
    /^(\d+) of (\d+) organisations attest: (.+), the log's owner; nobody else does\.$/,
    '$2 家机构中有 $1 家作证：$3（日志所有者）；没有其他机构。',
  ],
  [
    /^(\d+) of (\d+) organisations attest: (.+); (\d+) of them (?:is|are) not the log's owner\. Forks are excluded only if the ordering service is honest\.$/,
    '$2 家机构中有 $1 家作证：$3；其中 $4 家不是日志所有者。只有排序服务诚实时，才能排除分叉。',
  ],
  [
    /^(\d+) of (\d+) organisations attest: (.+); (\d+) of them (?:is|are) not the log's owner\. Forks are excluded if (?:more than two thirds of the orderers are honest, or if )?at most (\d+) collude\.$/,
    '$2 家机构中有 $1 家作证：$3；其中 $4 家不是日志所有者。只要至多 $5 家串通，即可排除分叉。',
  ],
  [
    /^(\d+) of (\d+) organisations attest: (.+); (\d+) of them (?:is|are) not the log's owner\. Forks are excluded if (?:more than two thirds of the orderers are honest, or if )?no organisation colludes\.$/,
    '$2 家机构中有 $1 家作证：$3；其中 $4 家不是日志所有者。只要没有机构串通，即可排除分叉。',
  ],
  [
    /^(\d+) of (\d+) organisations attest: (.+); (\d+) of them (?:is|are) not the log's owner\. Forks are excluded if more than two thirds of the orderers are honest\.$/,
    '$2 家机构中有 $1 家作证：$3；其中 $4 家不是日志所有者。超过三分之二的排序节点诚实时，可排除分叉。',
  ],
  [
    /^(\d+) organisations? attests?, the trust file asks for (\d+)\.$/,
    '有 $1 家机构作证，信任文件要求 $2 家。',
  ],
  [/^Required organisations do not attest: (.+)\.$/, '缺少必须作证的机构：$1。'],
  [
    /^The hospital says created (\S+), accepted (\S+); endorsed by (\S+); as of (\S+) the log had nothing newer\.$/,
    '医院称形成于 $1，受理于 $2；背书不晚于 $3；截至 $4，日志没有更新的内容。',
  ],
  [
    /^The hospital says created (\S+), accepted (\S+); endorsed by (\S+); as of (\S+) the log had grown to (\d+) leaves\.$/,
    '医院称形成于 $1，受理于 $2；背书不晚于 $3；截至 $4，日志已增至 $5 条。',
  ],
  [
    /^The hospital says it happened (\S+), accepted (\S+); endorsed by (\S+); as of (\S+) the log had .*$/,
    '医院称发生于 $1，受理于 $2；背书不晚于 $3；证明截至 $4。',
  ],
  [
    /^The hospital says the run ended (\S+), accepted (\S+); endorsed by (\S+); as of (\S+) the log had .*$/,
    '医院称复核结束于 $1，受理于 $2；背书不晚于 $3；证明截至 $4。',
  ],
  [
    /^The hospital says accepted (\S+); endorsed by (\S+); as of (\S+) the log had .*$/,
    '医院称受理于 $1；背书不晚于 $2；证明截至 $3。',
  ],
  [
    /^endorsed by (\S+); as of (\S+) the log had nothing newer\.$/,
    '背书不晚于 $1；截至 $2，日志没有更新的内容。',
  ],
  [
    /^endorsed by (\S+); as of (\S+) the log had grown to (\d+) leaves\.$/,
    '背书不晚于 $1；截至 $2，日志已增至 $3 条。',
  ],
  [
    /^The history is complete (?:up to|before) (\S+) only, not up to (\S+)\.$/,
    '此历史文件只完整到 $1，未到 $2。',
  ],
  [
    /^The log has one chain for this (?:identifier|record), and this is its label\.$/,
    '日志对该标识只有一条链，标签相符。',
  ],
  [
    /^The log has one chain for this identifier, and this is its label\. The log's registration gives no form for identifiers of this system\.$/,
    '日志对该标识只有一条链，标签相符；但日志未规定此类标识的写法。',
  ],
  [
    /^By the record key, the log has one chain .*$/,
    '依档案密钥，日志对该档案只有一条链，标签相符。',
  ],
  [
    /^The entries shown name this record; the label is taken as the file gives it\.$/,
    '所示条目写明是该档案；标签按文件所给采用。',
  ],
  [
    /^No entry is shown: nothing ties this record .*$/,
    '没有出示条目：除档案密钥外，无法确认标签属于该档案。',
  ],
  [/^The history is of the log itself\.$/, '这是日志本身的历史。'],
  [/^The file shows no event of this subject\.$/, '文件中没有此对象的任何记录。'],
  [
    /^The chain of this (?:patient|record|log) is whole: (\d+) events? in order(?:, (.+))?\.$/,
    '链完整：共 $1 条，前后相接，没有缺口。',
  ],
  [
    /^The leaf at place (\d+) of the chain .*$/,
    '链中第 $1 号条目与前后不符：有内容被遗漏、调换或更改。',
  ],
  [
    /^(\d+) of (\d+) entries are shown, each as its leaf has it\.$/,
    '共 $2 条，出示 $1 条，内容均与日志一致。',
  ],
  [
    /^The map has this chain with this very end: nothing is left out or added\.$/,
    '日志中此链的末尾与文件一致：没有遗漏，也没有添加。',
  ],
  [
    /^The map has no chain under this label: the log holds nothing about this subject\.$/,
    '日志中没有此标签的链：日志没有关于此对象的任何记录。',
  ],
];

const STATEMENTS: readonly Rule[] = [
  [
    /^A receipt proves that its entry is unchanged .*$/,
    '回执证明条目自背书以来未更改；不证明条目所述属实。',
  ],
  [/^Times inside entries are the hospital's word\.$/, '条目中的时间由医院自行声明。'],
  [
    /^That the entry stands in the chain of its record, .*$/,
    '条目是否在其档案、患者或日志的链中，由历史文件证明，回执不证明这一点。',
  ],
  [
    /^Whether a later version exists, .*$/,
    '是否有更新的版本，档案是否被冻结、封存或销毁，由该档案的历史文件回答。',
  ],
  [
    /^A history is complete for this identifier, .*$/,
    '历史文件对该标识完整，以日志在其检查点时的内容为准；不证明条目属实，不证明没有未登记的查看，也不证明文件未被删除。',
  ],
  [/^"Newest" means newest at asOf, .*$/, '“最新”是指作证机构在“截至”时刻所见的最新状态。'],
  [
    /^The log had grown since: what was appended after (\S+) is not in this history\.$/,
    '日志此后又有增加：$1 之后的内容不在此历史文件中。',
  ],
  [/^Complete of this label; .*$/, '仅对此标签完整；是否为该档案唯一的链，可用档案密钥核对。'],
  [
    /^The owner of this log has other logs, of which this history says nothing: (.+)\.$/,
    '该日志的所有者还有其他日志，此历史文件不涉及：$1。',
  ],
  [
    /^This log continues another log, of which this history says nothing: (.+)\.$/,
    '该日志延续自另一日志，此历史文件不涉及：$1。',
  ],
  [
    /^The log's registration gives no normal form .*$/,
    '日志未规定此类标识的写法：另一种写法会有另一条链。',
  ],
  [/^A hold placed by the hospital itself is its own word\.$/, '医院自己设置的冻结由其自行声明。'],
  [
    /^An endorsement says what an organisation's peer answered, .*$/,
    '背书说明某机构的节点如何应答，不说明它运行的是哪份代码；各机构应自行从源代码构建合约。',
  ],
  [
    /^Whoever holds old keys of as many organisations .*$/,
    '若有人取得足够多机构的旧密钥，今天也能作出这样的应答并倒签日期；能应对的是信任文件中的吊销记录，' +
      '或其中已与此检查点核对过的固定检查点。',
  ],
  [/^single operator, not independently witnessed$/, '单一运营方，无独立见证。'],
  [
    /^forks are excluded only if the ordering service is honest$/,
    '只有排序服务诚实时，才能排除分叉。',
  ],
];

function translate(sentence: string, rules: readonly Rule[]): string | undefined {
  for (const [pattern, chinese] of rules) {
    const found = pattern.exec(sentence);
    if (found === null) continue;
    return chinese.replace(/\$(\d)/g, (_, place: string) => {
      const caught = found[Number(place)] ?? '';
      return STEP_NAMES[caught] ?? ACT_NAMES[caught] ?? caught;
    });
  }
  return undefined;
}

/** What a step found, in Chinese; undefined when it has no words for it. */
export function findingInChinese(sentence: string): string | undefined {
  const [pattern, prefix] = OF_ONE;
  const [, number = '', rest = ''] = pattern.exec(sentence) ?? [];
  if (rest === '') return translate(sentence, STEPS) ?? translate(sentence, FAULTS);
  const said = findingInChinese(rest);
  return said === undefined ? undefined : prefix.replace('$1', number) + said;
}

/** What a verdict does not say, in Chinese; undefined when it has no words for it. */
export function statementInChinese(sentence: string): string | undefined {
  return translate(sentence, STATEMENTS);
}
