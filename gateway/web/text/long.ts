// Words about long work and long lists where files are verified.
import type { Bilingual } from './language.js';

interface LongTexts {
  readonly stoppedVerdict: string;
  readonly stopped: string;
  readonly goOn: string;
  readonly tooLargeVerdict: string;
  readonly tooLarge: (mebibytes: string, most: string) => string;
  readonly search: string;
  readonly searchHint: string;
  readonly found: (found: string, of: string) => string;
  readonly nothing: string;
}

export const LONG: Bilingual<LongTexts> = {
  en: {
    stoppedVerdict: 'Not checked: stopped',
    stopped: 'You stopped before it was verified. This says neither yes nor no.',
    goOn: 'Go on verifying',
    tooLargeVerdict: 'Not checked: too large',
    tooLarge: (mebibytes, most) =>
      `This file has ${mebibytes} MiB, one verification takes ${most} MiB at most. Ask for the list with the fingerprints of its entries alone: so long a list can be proven complete in that way.`,
    search: 'Search in this list',
    searchHint: 'A name, a unit, a document, a purpose',
    found: (found, of) => `${found} of ${of} events fit.`,
    nothing: 'No event fits.',
  },
  'zh-CN': {
    stoppedVerdict: '未核验：已停止',
    stopped: '您在核验完成前停止了。此结果既不表示是，也不表示否。',
    goOn: '继续核验',
    tooLargeVerdict: '未核验：文件过大',
    tooLarge: (mebibytes, most) =>
      `此文件为 ${mebibytes} MiB，一次核验最多 ${most} MiB。请索取只含各条记录指纹的清单：这样长的清单可以用它证明完整。`,
    search: '在此清单中搜索',
    searchHint: '姓名、科室、资料或用途',
    found: (found, of) => `${of} 条中有 ${found} 条符合。`,
    nothing: '没有符合的记录。',
  },
};
