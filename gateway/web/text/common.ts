// Words that every page shows.
import type { Bilingual } from './language.js';

interface CommonTexts {
  readonly skip: string;
  readonly languages: string;
  readonly pages: string;
  readonly footer: string;
}

export const LANGUAGE_NAMES: Bilingual<string> = { 'zh-CN': '中文', en: 'English' };

export const COMMON: Bilingual<CommonTexts> = {
  en: {
    skip: 'Skip to the content',
    languages: 'Language',
    pages: 'Pages',
    footer:
      'Chartseal proves that a record was not altered and that a list is complete. ' +
      'It does not prove that what a record says is true.',
  },
  'zh-CN': {
    skip: '跳到正文',
    languages: '语言',
    pages: '页面',
    footer: 'Chartseal 证明档案未被更改、清单完整；它不证明档案内容属实。',
  },
};
