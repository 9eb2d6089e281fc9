// The languages that pages speak.

export const LANGUAGES = ['zh-CN', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

/** A table of texts in both languages: the compiler sees to it that neither misses one. */
export type Bilingual<Texts> = Readonly<Record<Language, Texts>>;
