// Signs between words, as each language sets them.
import type { Bilingual } from './languages.js';

interface Signs {
  readonly comma: string;
  readonly semicolon: string;
  readonly colon: string;
  readonly stop: string;
  /** Brackets around what stands behind a word. */
  readonly open: string;
  readonly close: string;
}

export const SIGNS: Bilingual<Signs> = {
  en: {
    comma: ', ',
    semicolon: '; ',
    colon: ': ',
    stop: '. ',
    open: ' (',
    close: ')',
  },
  'zh-CN': {
    comma: '，',
    semicolon: '；',
    colon: '：',
    stop: '。',
    open: '（',
    close: '）',
  },
};
