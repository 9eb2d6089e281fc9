// Which language a page speaks: the one chosen on the page before, else the browser's.
import { LANGUAGES, type Language } from './languages.js';

export type { Bilingual, Language } from './languages.js';
export { LANGUAGES };

const KEY = 'chartseal-language';

/** Chinese of any region reads the Chinese page; everybody else the English one. */
export function languageOf(preferred: readonly string[]): Language {
  for (const tag of preferred) {
    if (/^zh\b/i.test(tag)) return 'zh-CN';
    if (/^en\b/i.test(tag)) return 'en';
  }
  return 'en';
}

/** Storage may be refused, from a file or by the reader's settings: then nothing is remembered. */
function storage(): Storage | undefined {
  try {
    return window.localStorage;
  } catch {
    return undefined;
  }
}

export function readLanguage(): Language {
  const kept = storage()?.getItem(KEY);
  return LANGUAGES.find((one) => one === kept) ?? languageOf(navigator.languages);
}

export function keepLanguage(language: Language): void {
  storage()?.setItem(KEY, language);
}
