// What a step found wrong, in Chinese. A fault of form is said with what is malformed, without the
// detail for those who write such files: the report as data keeps the verifier's own words.

export type Rule = readonly [pattern: RegExp, chinese: string];

const ENTRIES: readonly Rule[] = [
  [/^It is of another record\.$/, '它属于另一份档案。'],
  [/^It says version (\d+), its place makes it (\d+)\.$/, '它自称第 $1 版，按其位置应为第 $2 版。'],
  [
    /^It is about an entry that does not stand before it in this chain\.$/,
    '它所指的条目不在此链中它之前。',
  ],
  [
    /^It carries on an inquiry that does not stand before it in this chain\.$/,
    '它所接续的提问不在此链中它之前。',
  ],
  [/^The entry is of another log: (\S+)\.$/, '条目属于另一份日志：$1。'],
  [
    /^The entry says (\S+), its leaf says act (\d+)\.$/,
    '条目写的操作是“$1”，日志中登记的操作代码为 $2。',
  ],
  [/^The entry: what is shown as (\w+) is not what was logged\.$/, '所示的“$1”与登记时的不同。'],
  [/^The entry: something is shown that the entry does not hold\.$/, '出示了条目中没有的内容。'],
  [/^The entry: .*$/, '条目的内容不符合规定的格式。'],
  [/^The leaf: .*$/, '日志条目的格式有误。'],
  [/^At sequence (\d+): .*$/, '位于第 $1 号，此处不允许这种操作。'],
  [
    /^The file has (\d+) leaves and (\d+) (?:places )?for (?:entries|openings)\.$/,
    '文件有 $1 个日志条目，却有 $2 处内容，数目不符。',
  ],
  [
    /^Openings are given for entry (\d+), which is not shown\.$/,
    '第 $1 号条目未出示，却给出了它的保密内容。',
  ],
];

const CHAIN: readonly Rule[] = [
  [/^At place (\d+) of the chain: .*$/, '链中第 $1 号处不允许这种操作：有内容被遗漏、调换或更改。'],
  [/^This is the chain of an? (\w+), not of an? (\w+)\.$/, '这是“$1”的链，不是“$2”的链。'],
  [/^The map: .*$/, '日志登记册的证明不成立：链的末尾与日志不一致，或证明有误。'],
  [
    /^The label is not the one that the log's record key gives this record\.$/,
    '标签与依档案密钥得出的不同：这不是该档案的链。',
  ],
  [
    /^The log does not name records by VRF, but a vrfProof is given\.$/,
    '该日志不用 VRF 标识档案，文件却给出了 VRF 证明。',
  ],
  [/^The record key given is not the log's\.$/, '所给的档案密钥不属于该日志。'],
  [
    /^The patient: the VRF proof is not of this key and input\.$/,
    '标签证明不成立：这不是该患者标识的链。',
  ],
  [/^The patient: .*$/, '患者标识的写法不符合规定，无法核对它的链。'],
  [/^The record: .*$/, '标签证明不成立：这不是该档案的链。'],
];

const PLACE: readonly Rule[] = [
  [
    /^The file shows no closing leaf, but the log is not empty\.$/,
    '日志不为空，文件却没有封口条目。',
  ],
  [/^The closing leaf: .*$/, '封口条目的格式有误。'],
  [
    /^The proof of inclusion: the inclusion path does not lead to the root\.$/,
    '证明路径没有通到日志根值：日志中没有此条目。',
  ],
  [/^The proof of inclusion: .*$/, '日志位置的证明不成立。'],
  [/^The proof: .*$/, '日志位置的证明格式有误，无法读取。'],
  [
    /^The checkpoint: (?:a signature of the note's key does not verify|the note is not signed by the key asked for)\.$/,
    '检查点没有该日志密钥的有效签名。',
  ],
  [/^The checkpoint: .*$/, '检查点的格式有误，无法读取。'],
  [
    /^The trust file pins another root for this size: the log was forked\.$/,
    '信任文件在同一大小处固定了另一个根值：日志出现了分叉。',
  ],
  [
    /^Until when the log was empty is not held by a pin\.$/,
    '日志为空到何时，固定的检查点不能证明。',
  ],
  [
    /^The consistency proof has another root of size (\d+): .*$/,
    '一致性证明在大小 $1 处给出另一个根值：日志出现了分叉，或该证明不属于此日志。',
  ],
  [
    /^The consistency proof of sizes (\d+) and (\d+): .*$/,
    '大小 $1 与 $2 之间的一致性证明不成立：日志出现了分叉，或该证明已损坏。',
  ],
  [
    /^The trust file pins no checkpoint of the log (\S+)\.$/,
    '信任文件中没有固定日志 $1 的检查点。',
  ],
  [
    /^No consistency proof leads from size (\d+) to a pinned one \(.*\)\.$/,
    '没有从大小 $1 通到固定检查点的一致性证明。',
  ],
];

const ATTESTED: readonly Rule[] = [
  [
    /^The trust file asks for an attestation of type (\S+), this one is (\S+)\.$/,
    '信任文件要求的证明类型是 $1，此文件的是 $2。',
  ],
  [
    /^The attested answer is about another (.+)\.$/,
    '作证的内容不是关于这一检查点的（不同之处：$1）。',
  ],
  [
    /^The attested answer has another closing leaf than this file\.$/,
    '作证内容的封口条目与此文件的不同。',
  ],
  [/^The attested answer: .*$/, '作证内容的格式或各项之间不符。'],
  [/^Nobody endorsed the answer\.$/, '没有任何机构为该应答背书。'],
  [
    /^The endorsements are not one for each organisation, in order\.$/,
    '背书不是每家机构一份、依次排列。',
  ],
  [
    /^An endorser is of no organisation of the trust file\.$/,
    '有背书者不属于信任文件中的任何机构。',
  ],
  [/^An endorser: .*$/, '背书者身份的格式有误，无法读取。'],
  [
    /^The endorser's certificate of (.+), or one above it, was not valid at (\S+)\.$/,
    '$1 背书者的证书或其上级证书在 $2 不在有效期内。',
  ],
  [
    /^The endorser's certificate of (.+) is revoked in the trust file\.$/,
    '$1 背书者的证书已在信任文件中吊销。',
  ],
  [
    /^The endorser's certificate of (.+) does not lead to a root of that organisation in the trust file\.$/,
    '$1 背书者的证书不能追溯到信任文件中该机构的根证书。',
  ],
  [/^The endorser's certificate of (\S+) .*$/, '$1 背书者的证书不是节点证书，不能用来背书。'],
  [
    /^The endorsement of (.+) is not signed by the key of its certificate\.$/,
    '$1 的背书不是由其证书的密钥签署的。',
  ],
  [
    /^The endorsement of (.+) is in a form that Fabric does not accept \(high S\)\.$/,
    '$1 的背书签名采用了 Fabric 不接受的形式（high S）。',
  ],
  [/^The endorsement: .*$/, '背书签名的格式有误，无法读取。'],
  [
    /^(.+), which attests, is not among the organisations of the trust file\.$/,
    '作证的 $1 不在信任文件的机构之中。',
  ],
];

const CONTRACT: readonly Rule[] = [
  [/^Another contract answered than the trust file pins\.$/, '应答的合约不是信任文件固定的合约。'],
  [
    /^The answer does not show which definition of the contract gave it\.$/,
    '应答没有显示它出自合约的哪一份定义。',
  ],
  [
    /^The contract answered by a definition that the trust file does not pin \((.+)\)\.$/,
    '合约应答所依据的定义未在信任文件中固定（$1）。',
  ],
  [/^The contract refused: status (\d+)\.$/, '合约拒绝了请求：状态 $1。'],
  [
    /^The contract was asked about another (.+) than it answers about\.$/,
    '向合约询问的与它所答的不是同一件事（不同之处：$1）。',
  ],
  [
    /^What was endorsed is no mere answer: .*$/,
    '所背书的不只是应答：它还写入数据、使用私有数据或发出事件。',
  ],
  [/^What was endorsed: .*$/, '所背书内容的格式有误，无法读取。'],
  [
    /^The proposal in the attestation is not the one that was endorsed\.$/,
    '证明中的提案不是被背书的那一份。',
  ],
  [/^The proposal: .*$/, '提案的格式有误，无法读取。'],
  [/^The proposal .*$/, '提案不是向该合约询问检查点的提案。'],
  [/^The request is not JSON\.$/, '请求不是有效的 JSON。'],
  [/^The request is not an object\.$/, '请求不是一个 JSON 对象。'],
];

const TIMES: readonly Rule[] = [
  [
    /^An entry says (\S+), after the log endorsed it at (\S+)\.$/,
    '有条目写的时间是 $1，晚于日志为其背书的时间 $2。',
  ],
  [/^The answer is older than the checkpoint that it states\.$/, '应答早于它所述的检查点。'],
];

/** `$1`, `$2` … stand for what the pattern caught. */
export const FAULTS: readonly Rule[] = [
  ...ENTRIES,
  ...CHAIN,
  ...PLACE,
  ...ATTESTED,
  ...CONTRACT,
  ...TIMES,
];

/** Of one entry among many: what follows is said of it. */
export const OF_ONE: Rule = [/^(?:Entry|Leaf) (\d+): (.+)$/, '第 $1 号条目：'];
