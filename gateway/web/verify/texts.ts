// Verification's texts in the language of the page.
import type { Bilingual, Language } from '../text/language.js';
import { findingInChinese, statementInChinese } from '../text/sentences-zh.js';
import { VERIFY_EN, type VerifyTexts } from '../text/verify-en.js';
import { VERIFY_ZH } from '../text/verify-zh.js';
import { cleanText, element } from '../view/dom.js';

export type { VerifyTexts };

const TEXTS: Bilingual<VerifyTexts> = { 'zh-CN': VERIFY_ZH, en: VERIFY_EN };

export const verifyTexts = (language: Language): VerifyTexts => TEXTS[language];

type Translate = (sentence: string) => string | undefined;

function translated(sentence: string, language: Language, translate: Translate): HTMLElement {
  const chinese = language === 'zh-CN' ? translate(sentence) : undefined;
  if (chinese !== undefined) return element('span', {}, cleanText(chinese));
  return element('span', { lang: 'en' }, cleanText(sentence));
}

/** What a step found; what has no words in the page's language stands in English, and says so. */
export function findingText(sentence: string, language: Language): HTMLElement {
  return translated(sentence, language, findingInChinese);
}

export function statementText(sentence: string, language: Language): HTMLElement {
  const first = sentence.charAt(0).toUpperCase();
  const whole = `${first}${sentence.slice(1)}${/[.。]$/.test(sentence) ? '' : '.'}`;
  const chinese = language === 'zh-CN' ? statementInChinese(sentence) : undefined;
  return translated(whole, language, () => chinese);
}
