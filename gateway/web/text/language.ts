// Which language a page speaks: the one chosen on the page before, else the browser's.
import { findStorage, keepIn } from '../view/storage.js';
import { LANGUAGES, type Language } from './languages.js';

export type { Bilingual, Language } from './languages.js';
export { LANGUAGES };

const KEY = 'chartseal-language';

/** Chinese of any region reads the Chinese page; everybody else the English one. */
function languageOf(preferred: readonly string[]): Language {
  for (const tag of preferred) {
    if (/^zh\b/i.test(tag)) return 'zh-CN';
    if (/^en\b/i.test(tag)) return 'en';
  }
  return 'en';
}

export function readLanguage(): Language {
  const kept = findStorage('localStorage')?.getItem(KEY);
  return LANGUAGES.find((one) => one === kept) ?? languageOf(navigator.languages);
}

/** Where it cannot be kept, the page that it was chosen on speaks it all the same. */
export function keepLanguage(language: Language): void {
  keepIn(findStorage('localStorage'), KEY, language);
}
