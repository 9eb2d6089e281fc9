// Words of long lists.
import type { Bilingual } from './language.js';

interface PiecesTexts {
  readonly shown: (shown: string, of: string) => string;
  readonly more: (count: number) => string;
  readonly all: (count: string) => string;
  readonly searchingAll: (loaded: string, of: string) => string;
  readonly searchedPart: (loaded: string, of: string) => string;
  readonly most: (most: string) => string;
}

export const PIECES: Bilingual<PiecesTexts> = {
  en: {
    shown: (shown, of) => `${shown} of ${of} are shown.`,
    more: (count) => `Show ${count} more`,
    all: (count) => `Load all ${count}`,
    searchingAll: (loaded, of) =>
      `Searched so far: ${loaded} of ${of} entries; the rest is loading.`,
    searchedPart: (loaded, of) => `Only ${loaded} of ${of} entries are loaded and searched.`,
    most: (most) => `This page holds ${most} entries at most. The files hold all of them.`,
  },
  'zh-CN': {
    shown: (shown, of) => `已显示 ${shown} 条，共 ${of} 条。`,
    more: (count) => `再显示 ${count} 条`,
    all: (count) => `加载全部 ${count} 条`,
    searchingAll: (loaded, of) => `已搜索 ${loaded} / ${of} 条，其余正在加载。`,
    searchedPart: (loaded, of) => `只加载并搜索了 ${loaded} / ${of} 条。`,
    most: (most) => `本页最多容纳 ${most} 条；下载的文件包含全部记录。`,
  },
};
