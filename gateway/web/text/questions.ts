// Words of a patient who asks about an entry: the dialog, and the list of what was asked.
import type { Bilingual } from './language.js';

interface QuestionTexts {
  readonly title: string;
  readonly lead: string;
  readonly none: string;
  readonly askHere: string;
  readonly askAtAll: string;
  readonly appeal: string;
  readonly askTitle: string;
  readonly askAtAllTitle: string;
  readonly appealTitle: string;
  readonly label: string;
  readonly appealLabel: string;
  readonly whatHappens: string;
  readonly untilDays: (days: number, day: string) => string;
  readonly untilOpen: string;
  readonly inLog: string;
  readonly whoReads: string;
  readonly send: string;
  readonly close: string;
  readonly discard: string;
  readonly sent: (moment: string, isAppeal: boolean) => string;
  readonly about: string;
  readonly aboutAll: string;
  readonly aboutUnloaded: string;
  readonly draft: string;
  readonly goOn: string;
  readonly openOnes: (open: number, overdue: number) => string;
  readonly allAnswered: (count: number) => string;
  readonly toQuestions: string;
  readonly loading: string;
  readonly notLoaded: string;
  readonly inList: (act: 'inquiry' | 'answer') => string;
  readonly toQuestion: string;
  readonly notYetProven: string;
  readonly timelineKey: string;
  readonly timelineText: (count: number) => string;
}

const EN: QuestionTexts = {
  title: 'My questions',
  lead: 'At each entry of the list you can ask what it was for. The hospital must answer you here.',
  none: 'You have asked nothing yet.',
  askHere: 'Ask about this entry',
  askAtAll: 'Ask about my file',
  appeal: 'Object to this answer',
  askTitle: 'Ask about this entry',
  askAtAllTitle: 'Ask about your file',
  appealTitle: 'Object to this answer',
  label: 'Your question',
  appealLabel: 'Why you do not accept the answer',
  whatHappens: 'What happens then',
  untilDays: (days, day) =>
    `The hospital’s privacy officer looks into it and answers on this page within ${days} days, by ${day}.`,
  untilOpen:
    'The hospital’s privacy officer looks into it and answers on this page. The deadline stands beside your question as soon as it is sent.',
  inLog:
    'Your text and each answer are entered in the log like every access: the check of the list covers them too.',
  whoReads:
    'Your text is read by the hospital. Write no more about your health than the question needs.',
  send: 'Send',
  close: 'Close',
  discard: 'Throw the text away',
  sent: (moment, isAppeal) =>
    `Your ${isAppeal ? 'objection' : 'question'} was sent. Answer due by ${moment}.`,
  about: 'About: ',
  aboutAll: 'your file as a whole',
  aboutUnloaded: 'an older entry that is not loaded on this page',
  draft: 'You wrote something that is not sent yet:',
  goOn: 'Go on with it',
  openOnes: (open, overdue) =>
    `${open} of your questions ${open === 1 ? 'is' : 'are'} open${overdue === 0 ? '.' : `, ${overdue} of them overdue.`}`,
  allAnswered: (count) => `Your ${count === 1 ? 'question is' : 'questions are'} answered.`,
  toQuestions: 'See my questions',
  loading: 'Loading your questions …',
  notLoaded: 'Your questions cannot be shown just now.',
  inList: (act) => (act === 'inquiry' ? 'Your question to the hospital' : 'Answer of the hospital'),
  toQuestion: 'show',
  notYetProven: 'Just entered; the next check of the list covers it.',
  timelineKey: 'Question or answer',
  timelineText: (count) =>
    count === 0 ? '' : ` ${count} ${count === 1 ? 'question or answer' : 'questions and answers'}.`,
};

const ZH: QuestionTexts = {
  title: '我的提问',
  lead: '您可以在清单的每条记录处询问其用途，医院必须在此答复您。',
  none: '您还没有提问。',
  askHere: '就此记录提问',
  askAtAll: '就我的病历提问',
  appeal: '对此答复提出申诉',
  askTitle: '就此记录提问',
  askAtAllTitle: '就您的病历提问',
  appealTitle: '对此答复提出申诉',
  label: '您的问题',
  appealLabel: '您不接受该答复的原因',
  whatHappens: '提交之后',
  untilDays: (days, day) => `医院的隐私专员会调查，并在 ${days} 天内、最迟 ${day}，在本页答复您。`,
  untilOpen: '医院的隐私专员会调查，并在本页答复您。提交后，期限会显示在您的问题旁。',
  inLog: '您的内容和每次答复都像每次访问一样登记在日志中，核对清单时也会一并核对。',
  whoReads: '医院会阅读您填写的内容。与问题无关的健康情况请不要填写。',
  send: '提交',
  close: '关闭',
  discard: '丢弃内容',
  sent: (moment, isAppeal) => `已提交您的${isAppeal ? '申诉' : '问题'}。答复期限：${moment}。`,
  about: '所问：',
  aboutAll: '整份病历',
  aboutUnloaded: '一条较早的记录，本页尚未加载',
  draft: '您有尚未提交的内容：',
  goOn: '继续填写',
  openOnes: (open, overdue) =>
    `您有 ${open} 个问题尚未答复${overdue === 0 ? '。' : `，其中 ${overdue} 个已逾期。`}`,
  allAnswered: () => '您的提问已得到答复。',
  toQuestions: '查看我的提问',
  loading: '正在加载您的提问……',
  notLoaded: '暂时无法显示您的提问。',
  inList: (act) => (act === 'inquiry' ? '您向医院的提问' : '医院的答复'),
  toQuestion: '查看',
  notYetProven: '刚刚登记，下次核验清单时将包括它。',
  timelineKey: '提问或答复',
  timelineText: (count) => (count === 0 ? '' : `提问和答复 ${count} 条。`),
};

export const QUESTIONS: Bilingual<QuestionTexts> = { en: EN, 'zh-CN': ZH };
export type { QuestionTexts };
