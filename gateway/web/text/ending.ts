// Words about a session that ends by itself: the warning before, and what the page says then.
import type { Bilingual } from './language.js';

interface EndingTexts {
  readonly title: string;
  readonly idle: string;
  readonly final: string;
  readonly unsent: string;
  readonly unsentFinal: string;
  /** Seconds as people say them. */
  readonly duration: (seconds: number) => string;
  readonly timeLeft: string;
  readonly soon: (left: string) => string;
  readonly stay: string;
  readonly stayed: string;
  readonly close: string;
  readonly endedTitle: string;
  readonly ended: string;
  readonly unsentGone: string;
  readonly unsentKept: string;
}

const EN: EndingTexts = {
  title: 'You are about to be signed out',
  idle: 'You have loaded and sent nothing for a while, so your session ends. This page is then emptied.',
  final:
    'Your session has reached its longest time: it ends, whatever you do, and this page is then emptied. To go on, sign in again.',
  unsent:
    'What you have written and not sent is then removed from this device. Stay signed in to keep it.',
  unsentFinal:
    'What you have written and not sent is then removed from this device. Send it before, or sign in again now: this tab keeps it until then.',
  duration: (seconds) => {
    const part = (count: number, unit: string) => `${count} ${unit}${count === 1 ? '' : 's'}`;
    const minutes = Math.floor(seconds / 60);
    const rest = part(seconds % 60, 'second');
    return minutes === 0 ? rest : `${part(minutes, 'minute')} ${rest}`;
  },
  timeLeft: 'Time left:',
  soon: (left) => `Your session ends in ${left}.`,
  stay: 'Stay signed in',
  stayed: 'You stay signed in.',
  close: 'Back to the page',
  endedTitle: 'Your session has ended',
  ended: 'Nothing of what stood here is left on this page. Sign in again to see it.',
  unsentGone: 'A text that you had not sent was removed from this device.',
  unsentKept:
    'The text that you had not sent is kept in this tab: sign in again here, and the page offers it to you.',
};

const ZH: EndingTexts = {
  title: '即将自动退出登录',
  idle: '您有一段时间没有加载或提交任何内容，会话即将结束，届时本页内容会全部清除。',
  final:
    '本次会话已达最长时限，无论是否操作都将结束，届时本页内容会全部清除。如需继续，请重新登录。',
  unsent: '您已填写但尚未提交的内容届时会从本设备删除。如需保留，请保持登录。',
  unsentFinal:
    '您已填写但尚未提交的内容届时会从本设备删除。请在此之前提交，或现在重新登录：在此之前内容会保留在此标签页。',
  duration: (seconds) =>
    `${seconds < 60 ? '' : `${Math.floor(seconds / 60)} 分 `}${seconds % 60} 秒`,
  timeLeft: '剩余时间：',
  soon: (left) => `会话将在 ${left}后结束。`,
  stay: '保持登录',
  stayed: '您仍处于登录状态。',
  close: '返回本页',
  endedTitle: '会话已结束',
  ended: '本页不再保留先前显示的任何内容。如需查看，请重新登录。',
  unsentGone: '您尚未提交的内容已从本设备删除。',
  unsentKept: '您尚未提交的内容保留在此标签页：在此重新登录后，本页会为您找回。',
};

export const ENDING: Bilingual<EndingTexts> = { en: EN, 'zh-CN': ZH };
