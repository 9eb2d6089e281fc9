// Words of the page on which the hospital answers what patients ask.
import type { AnswerOutcome } from '../inquiries/thread.js';
import type { Bilingual } from './language.js';

export const LIST_STATES = ['open', 'overdue', 'answered', 'all'] as const;
export type ListState = (typeof LIST_STATES)[number];

interface OfficerTexts {
  readonly title: string;
  readonly oneTitle: (moment: string) => string;
  readonly notOfficer: string;
  readonly loading: string;
  readonly counts: (open: number, overdue: number) => string;
  readonly noneOpen: string;
  readonly show: string;
  readonly lists: Readonly<Record<ListState, string>>;
  readonly nothing: Readonly<Record<ListState, string>>;
  readonly askedAt: (moment: string) => string;
  readonly open: string;
  readonly more: string;
  readonly back: string;
  readonly patient: string;
  readonly patientHint: string;
  readonly about: string;
  readonly aboutFile: string;
  readonly aboutOther: string;
  readonly steps: string;
  readonly takeUp: string;
  readonly takeUpHint: string;
  readonly move: string;
  readonly moveHint: string;
  readonly due: string;
  readonly dueMissing: string;
  readonly dueOver: string;
  readonly dueFar: string;
  readonly dueSame: string;
  readonly note: string;
  readonly takeUpSend: string;
  readonly moveSend: string;
  readonly answer: string;
  readonly answerHint: string;
  readonly outcome: string;
  readonly outcomes: Readonly<Record<AnswerOutcome, readonly [name: string, means: string]>>;
  readonly outcomeMissing: string;
  readonly text: string;
  readonly answerSend: string;
  readonly entered: string;
  readonly closed: string;
  readonly unsent: string;
  readonly discard: string;
}

const EN: OfficerTexts = {
  title: 'What patients ask',
  oneTitle: (moment) => `Question of ${moment}`,
  notOfficer:
    'On this page the privacy officer answers what patients ask. You are not signed in as one.',
  loading: 'Loading …',
  counts: (open, overdue) =>
    `${open} ${open === 1 ? 'question waits' : 'questions wait'} for an answer; ${overdue === 0 ? 'none is overdue.' : `${overdue} overdue.`}`,
  noneOpen: 'No question waits for an answer.',
  show: 'Show',
  lists: { open: 'Open', overdue: 'Overdue', answered: 'Answered', all: 'All' },
  nothing: {
    open: 'No question is open.',
    overdue: 'No question is overdue.',
    answered: 'No question is answered yet.',
    all: 'No patient has asked anything yet.',
  },
  askedAt: (moment) => `Asked ${moment}`,
  open: 'Read',
  more: 'Load more',
  back: 'Back to the list',
  patient: 'Patient',
  patientHint: 'a pseudonym, until the gateway is started again',
  about: 'What the patient asks about',
  aboutFile: 'The file as a whole.',
  aboutOther: 'An entry that is no access, such as an earlier question or answer.',
  steps: 'Step by step',
  takeUp: 'Take it up',
  takeUpHint: 'Tells the patient that somebody works on it, and until when.',
  move: 'Move the deadline',
  moveHint: 'The patient sees the new day, and that it was moved.',
  due: 'Answer by',
  dueMissing: 'Please choose a day.',
  dueOver: 'This day is over already.',
  dueFar: 'This day is more than a year away.',
  dueSame: 'This is the deadline that stands already: choose another day.',
  note: 'A word to the patient (may be left empty)',
  takeUpSend: 'Take up',
  moveSend: 'Move',
  answer: 'Answer it',
  answerHint:
    'The patient reads this. It is entered in the log: it cannot be changed or taken back afterwards.',
  outcome: 'What came of it',
  outcomes: {
    justified: ['There was a reason', 'The access was part of the work, and you say which.'],
    unjustified: ['There was no reason', 'It should not have been, and it has been dealt with.'],
    corrected: ['The source was wrong', 'What was recorded was wrong, and is corrected there.'],
  },
  outcomeMissing: 'Please choose what came of it.',
  text: 'Answer to the patient',
  answerSend: 'Send the answer',
  entered: 'Entered in the log. The patient sees it now.',
  closed: 'This question is answered. The patient may object; then it is open again.',
  unsent: 'You wrote this and did not send it:',
  discard: 'Throw the text away',
};

const ZH: OfficerTexts = {
  title: '患者提问',
  oneTitle: (moment) => `${moment} 的提问`,
  notOfficer: '本页供隐私专员答复患者提问。您没有以该身份登录。',
  loading: '正在加载……',
  counts: (open, overdue) =>
    `待答复 ${open} 件，${overdue === 0 ? '没有逾期。' : `其中逾期 ${overdue} 件。`}`,
  noneOpen: '没有待答复的提问。',
  show: '显示',
  lists: { open: '待答复', overdue: '已逾期', answered: '已答复', all: '全部' },
  nothing: {
    open: '没有待答复的提问。',
    overdue: '没有逾期的提问。',
    answered: '还没有已答复的提问。',
    all: '还没有患者提问。',
  },
  askedAt: (moment) => `提问时间：${moment}`,
  open: '查看',
  more: '加载更多',
  back: '返回列表',
  patient: '患者',
  patientHint: '代号，网关重启前有效',
  about: '患者所问的记录',
  aboutFile: '整份病历。',
  aboutOther: '一条不是访问的记录，例如先前的提问或答复。',
  steps: '经过',
  takeUp: '受理',
  takeUpHint: '告知患者已有人处理，以及答复期限。',
  move: '调整期限',
  moveHint: '患者会看到新的期限，以及期限曾被调整。',
  due: '答复期限',
  dueMissing: '请选择日期。',
  dueOver: '该日期已过。',
  dueFar: '该日期在一年之后，请选择更早的日期。',
  dueSame: '这就是现有期限，请选择其他日期。',
  note: '给患者的说明（可不填）',
  takeUpSend: '受理',
  moveSend: '调整',
  answer: '答复',
  answerHint: '患者会读到此内容。它将登记在日志中，之后无法更改或撤回。',
  outcome: '处理结果',
  outcomes: {
    justified: ['有依据', '该次访问属于工作需要，请说明是什么工作。'],
    unjustified: ['无依据，并已处理', '该次访问不应发生，已作处理。'],
    corrected: ['来源有误，已更正', '登记的内容有误，已在来源处更正。'],
  },
  outcomeMissing: '请选择处理结果。',
  text: '给患者的答复',
  answerSend: '提交答复',
  entered: '已登记到日志，患者现在可以看到。',
  closed: '此提问已答复。患者可以申诉，届时会重新打开。',
  unsent: '您写过以下内容但没有提交：',
  discard: '丢弃内容',
};

export const OFFICER: Bilingual<OfficerTexts> = { en: EN, 'zh-CN': ZH };
