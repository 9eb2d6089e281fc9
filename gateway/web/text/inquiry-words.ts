// Words about inquiries that patients and staff read alike: states, outcomes, steps, deadlines.
import type { AnswerOutcome, InquiryState } from '../inquiries/thread.js';
import type { Bilingual } from './language.js';

interface InquiryWords {
  readonly states: Readonly<Record<Exclude<InquiryState, 'answered'>, string>>;
  readonly outcomes: Readonly<Record<AnswerOutcome, string>>;
  readonly due: (moment: string) => string;
  readonly overdue: (moment: string) => string;
  readonly asked: string;
  readonly appealed: string;
  readonly takenUp: string;
  readonly answered: string;
  readonly newDue: (moment: string) => string;
  readonly by: string;
  readonly who: string;
  readonly text: string;
  readonly steps: string;
  readonly textWithheld: string;
  readonly characters: (count: number, most: number) => string;
  readonly tooLong: (over: number) => string;
  readonly empty: string;
  readonly kept: string;
  readonly notKept: string;
  readonly sending: string;
  /** By code, where an inquiry says it better than the words for every page. */
  readonly problems: Readonly<Record<string, string>>;
}

const EN: InquiryWords = {
  states: {
    submitted: 'Sent',
    'in-progress': 'Being looked into',
    appealed: 'Objection sent',
  },
  outcomes: {
    justified: 'Answered: there was a reason for it',
    unjustified: 'Answered: there was no reason for it; it has been dealt with',
    corrected: 'Answered: the source was wrong and is corrected',
  },
  due: (moment) => `Answer due by ${moment}`,
  overdue: (moment) => `Overdue since ${moment}`,
  asked: 'Question sent',
  appealed: 'Objection sent',
  takenUp: 'Taken up by the hospital',
  answered: 'Answered by the hospital',
  newDue: (moment) => `New deadline: ${moment}`,
  by: 'by',
  who: 'By',
  text: 'Text',
  steps: 'Step by step',
  textWithheld: 'The text is not shown.',
  characters: (count, most) => `${count} of ${most} characters`,
  tooLong: (over) => `${over} ${over === 1 ? 'character' : 'characters'} too many`,
  empty: 'Please write something first.',
  kept: 'Your text is kept in this tab until it is sent, thrown away, or you are signed out.',
  notKept: 'This browser keeps no texts: do not close this page before you have sent yours.',
  sending: 'Sending …',
  problems: {
    NO_ANSWER:
      'The server does not answer. We cannot tell whether your text arrived. Send it again: it will not be entered twice.',
    UNAUTHENTICATED: 'Your session has ended. Sign in again; this page then offers you your text.',
    RATE_LIMITED: 'Too many requests just now. Please wait a minute and send it again.',
    IDEMPOTENCY_CONFLICT:
      'An earlier wording of this text had arrived after all; it stands in the list. This one was not sent. Send it again if it should be entered beside it.',
    INQUIRY_STATE:
      'Somebody was faster: the state of this inquiry has changed, and nothing was sent. What stands here now is the newest state.',
    NOT_FOUND: 'The log does not have this any more, or not for you. Please load the page again.',
    TOO_MANY_INQUIRIES:
      'As many of your questions are open as the hospital takes at a time. Nothing was sent: your text is kept until one of them is answered.',
    OUTBOX_FULL: 'The log is very busy just now. Please send it again in a minute.',
    LOG_STOPPED:
      'The hospital’s log takes no new entries just now. Nothing was sent; please try again later.',
    BAD_INPUT: 'The server refused this text. Please shorten it and send it again.',
  },
};

const ZH: InquiryWords = {
  states: { submitted: '已提交', 'in-progress': '受理中', appealed: '申诉中' },
  outcomes: {
    justified: '已答复：有依据',
    unjustified: '已答复：无依据，并已处理',
    corrected: '已答复：来源有误，已更正',
  },
  due: (moment) => `答复期限：${moment}`,
  overdue: (moment) => `已逾期，期限为 ${moment}`,
  asked: '提交问题',
  appealed: '提出申诉',
  takenUp: '医院已受理',
  answered: '医院已答复',
  newDue: (moment) => `新的期限：${moment}`,
  by: '经办人',
  who: '何人',
  text: '内容',
  steps: '经过',
  textWithheld: '内容不显示。',
  characters: (count, most) => `${count} / ${most} 字`,
  tooLong: (over) => `超出 ${over} 字`,
  empty: '请先填写内容。',
  kept: '您填写的内容会保留在此标签页，直到提交、丢弃或退出登录（包括自动退出）。',
  notKept: '此浏览器不保存内容：提交前请勿关闭本页。',
  sending: '正在提交……',
  problems: {
    NO_ANSWER: '服务器没有响应，无法确定内容是否已送达。请再次提交：不会重复登记。',
    UNAUTHENTICATED: '会话已结束。请重新登录，届时本页会为您找回所填内容。',
    RATE_LIMITED: '请求过于频繁，请等一分钟后再提交。',
    IDEMPOTENCY_CONFLICT:
      '先前的一版内容其实已经送达，见列表。这一版没有提交。如需另行登记，请再次提交。',
    INQUIRY_STATE: '已有人先行处理：该提问的状态已改变，本次没有提交。此处现已显示最新状态。',
    NOT_FOUND: '日志中已没有此内容，或您无权查看。请重新加载页面。',
    TOO_MANY_INQUIRIES:
      '您未获答复的问题已达医院同时受理的上限。本次没有提交，内容会保留，待其中一个得到答复后再提交。',
    OUTBOX_FULL: '日志正忙，请一分钟后再提交。',
    LOG_STOPPED: '医院的日志暂不接受新记录，本次没有提交，请稍后再试。',
    BAD_INPUT: '服务器未接受此内容，请缩短后再提交。',
  },
};

export const INQUIRY_WORDS: Bilingual<InquiryWords> = { en: EN, 'zh-CN': ZH };
