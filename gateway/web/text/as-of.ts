// Words about the moment up to which a list must be complete.
import type { Bilingual } from './language.js';

interface AsOfTexts {
  readonly legend: string;
  readonly lead: string;
  readonly date: string;
  readonly time: string;
  readonly timeHint: string;
  readonly zone: string;
  readonly here: (zone: string) => string;
  readonly ask: string;
  readonly drop: string;
  readonly asked: string;
  readonly wrong: string;
  readonly verdict: string;
  /** @param end up to when it is complete */
  readonly tooOld: (end: string, asked: string) => string;
  readonly reachesIt: (asked: string) => string;
}

export const AS_OF: Bilingual<AsOfTexts> = {
  en: {
    legend: 'Must the list be complete up to a certain moment?',
    lead: 'Leave it out, and every list says itself up to when it is complete.',
    date: 'Day',
    time: 'Time',
    timeHint: 'Without a time, up to the end of that day.',
    zone: 'Time zone',
    here: (zone) => `of this device (${zone})`,
    ask: 'Ask for this moment',
    drop: 'Ask for no moment',
    asked: 'Lists must be complete up to',
    wrong: 'This is no day, or no time of a day.',
    verdict: 'Too old',
    tooOld: (end, asked) =>
      `What it shows is proven, but only up to ${end}. You asked for ${asked}: of the time between, this list says nothing. Ask for a newer one.`,
    reachesIt: (asked) => `That reaches the moment that you asked for, ${asked}.`,
  },
  'zh-CN': {
    legend: '清单须完整到某一时刻吗？',
    lead: '不填时，每份清单自己说明完整到何时。',
    date: '日期',
    time: '时间',
    timeHint: '不填时间，则到该日结束为止。',
    zone: '时区',
    here: (zone) => `本机时区（${zone}）`,
    ask: '按此时刻核验',
    drop: '不限时刻',
    asked: '清单须完整到',
    wrong: '这不是有效的日期或时间。',
    verdict: '不够新',
    tooOld: (end, asked) =>
      `所示内容已得到证明，但只到 ${end}。您要求到 ${asked}：两者之间的情况，此清单没有说明。请索取更新的清单。`,
    reachesIt: (asked) => `已达到您要求的时刻 ${asked}。`,
  },
};
