// Texts of drawing a sample.
import type { Bilingual } from './language.js';

interface SampleTexts {
  readonly title: string;
  readonly intro: string;
  readonly seed: string;
  readonly seedHint: string;
  readonly population: string;
  readonly ofLog: string;
  readonly ofList: string;
  readonly size: string;
  readonly sizeHint: string;
  readonly sizeFrom: (origin: string, asOf: string) => string;
  readonly sizeTyped: string;
  readonly list: string;
  readonly listHint: string;
  readonly count: string;
  readonly draw: string;
  readonly need: string;
  readonly paper: string;
  readonly drawn: (count: number, of: number) => string;
  readonly repeated: (count: number) => string;
  readonly method: string;
  readonly methodText: string;
  readonly order: string;
  readonly item: string;
  readonly verdict: string;
  readonly remarks: string;
  readonly notGiven: string;
  readonly closing: string;
  readonly listDigest: string;
  readonly print: string;
  readonly save: string;
}

export const SAMPLE: Bilingual<SampleTexts> = {
  en: {
    title: 'Draw a random sample',
    intro:
      'You choose the seed, once it is fixed what is drawn from: then the hospital cannot steer what is drawn. Whoever has seed and population draws the same sample again.',
    seed: 'Your seed',
    seedHint: 'Any text that you choose yourself, such as a row of dice throws. Write it down.',
    population: 'Draw from',
    ofLog: 'all entries of a log',
    ofList: 'a list that you bring',
    size: 'Number of entries in the log',
    sizeHint: 'Taken from the newest checkpoint verified above; without one, type it.',
    sizeFrom: (origin, asOf) => `From a verified checkpoint of ${origin}, as of ${asOf}.`,
    sizeTyped: 'Typed by hand: that this is the whole log is not shown here.',
    list: 'List, one item in each line',
    listHint:
      "For example the hospital's own list of records: what it leaves out is never drawn. Its order counts.",
    count: 'How many to draw',
    draw: 'Draw the sample',
    need: 'Give a seed, a population and how many to draw.',
    paper: 'Work paper',
    drawn: (count, of) => `${count} drawn of ${of}`,
    repeated: (count) => `${count} repeated lines of the list were left out.`,
    method: 'How the sample is drawn',
    methodText:
      'For counter 0, 1, 2 and so on: SHA-256 of four lines, each with its line feed: "chartseal-sample/1", the seed, the population, the counter; its first 12 hexadecimal digits as a number; the remainder by the population. Numbers of the last incomplete round and repeated ones are passed over. Any computer with sha256sum can repeat it.',
    order: 'No.',
    item: 'Item',
    verdict: 'Verdict',
    remarks: 'Remarks',
    notGiven: 'no receipt given yet',
    closing:
      'An entry of the log that closes an append holds no document: the hospital shows that it is one, and the next item drawn takes its place.',
    listDigest: 'Digest of the list (SHA-256)',
    print: 'Print the work paper',
    save: 'Save the work paper as data',
  },
  'zh-CN': {
    title: '随机抽样',
    intro:
      '总体确定之后，种子由您选定，医院便无法影响抽样结果。任何人用同样的种子和总体，都会抽出同样的样本。',
    seed: '您的种子',
    seedHint: '任选一段文字，例如一串掷骰子的结果。请记录下来。',
    population: '抽样总体',
    ofLog: '日志的全部条目',
    ofList: '您自带的清单',
    size: '日志的条目数',
    sizeHint: '取自上方核验过的最新检查点；没有时请输入。',
    sizeFrom: (origin, asOf) => `取自 ${origin} 的已核验检查点，截至 ${asOf}。`,
    sizeTyped: '手工输入：此处不能说明这就是整个日志。',
    list: '清单，每行一项',
    listHint: '例如医院自己的档案清单：清单中略去的，永远不会被抽中。行的次序会影响结果。',
    count: '抽取数量',
    draw: '抽取样本',
    need: '请填写种子、总体和抽取数量。',
    paper: '工作底稿',
    drawn: (count, of) => `从 ${of} 项中抽取 ${count} 项`,
    repeated: (count) => `清单中有 ${count} 行重复，已略去。`,
    method: '抽样方法',
    methodText:
      '计数器取 0、1、2……：对“chartseal-sample/1”、种子、总体数、计数器各占一行（每行以换行结尾）的文本计算 SHA-256，取前 12 个十六进制数字作为数值，除以总体数取余。落在最后不完整一轮的数值和重复的数值略过。任何装有 sha256sum 的电脑都能重复这一过程。',
    order: '序号',
    item: '项目',
    verdict: '结论',
    remarks: '备注',
    notGiven: '尚未提供回执',
    closing: '日志中用于封口的条目不含档案：由医院出示证明，并由下一个抽中的项目替补。',
    listDigest: '清单的摘要（SHA-256）',
    print: '打印工作底稿',
    save: '将工作底稿存为数据',
  },
};
