// Words about signing in, about who is signed in, and about what went wrong.
import type { Role } from '../session/api.js';
import type { Bilingual } from './language.js';

export interface SessionTexts {
  readonly title: string;
  readonly lead: string;
  readonly signIn: string;
  readonly signInWith: (name: string) => string;
  readonly signOut: string;
  readonly signedInAs: (name: string) => string;
  readonly demoTitle: string;
  readonly demoLead: string;
  readonly noWay: string;
  readonly noRole: string;
  readonly whereTo: string;
  readonly withoutSignIn: string;
  readonly loading: string;
  readonly roles: Readonly<Record<Role, string>>;
  readonly unseenPatient: string;
  readonly pages: Readonly<Record<string, string>>;
  readonly refusedTitle: string;
  readonly noPage: string;
  readonly notLoaded: string;
  /** By code; what is not in it is said with the code. */
  readonly problems: Readonly<Record<string, string>>;
  readonly otherProblem: (code: string) => string;
  readonly again: string;
}

const EN: SessionTexts = {
  title: 'Sign in',
  lead: 'See who opened your file, or check what the hospital’s log proves.',
  signIn: 'Sign in',
  signInWith: (name) => `Sign in at ${name}`,
  signOut: 'Sign out',
  signedInAs: (name) => `Signed in as ${name}`,
  demoTitle: 'Demonstration',
  demoLead: 'One click signs you in as one of these people. Only this computer can reach the demo.',
  noWay: 'No way to sign in is set up on this gateway. Ask the hospital’s administrator.',
  noRole:
    'You are signed in, but this hospital has given you no right here. Ask the hospital’s help desk.',
  whereTo: 'Go to',
  withoutSignIn: 'Without signing in',
  loading: 'Loading …',
  roles: {
    archivist: 'Archivist',
    'source-system': 'Source system',
    auditor: 'Auditor',
    patient: 'Patient',
    'privacy-officer': 'Privacy officer',
    admin: 'Administrator',
  },
  unseenPatient: 'Patient whose file nobody opened',
  pages: {
    '/patient': 'Who opened my file',
    '/archivist': 'State of the archive',
    '/auditor': 'Audit',
    '/inquiries': 'What patients ask',
    '/verify': 'Verify a file',
  },
  refusedTitle: 'You are not signed in',
  noPage: 'There is no such page',
  notLoaded: 'This page could not be loaded',
  problems: {
    UNAUTHENTICATED:
      'The sign-in did not succeed or was given up, took longer than ten minutes or was begun in another window, or your session has ended. Please sign in again.',
    NO_ROUTE: 'Nothing is at the address that you opened. What there is stands below.',
    ACCESS_DENIED: 'Your account may not do this here.',
    IDENTITY_PROVIDER_UNREACHABLE:
      'The hospital’s sign-in service does not answer just now. Please try again in a minute.',
    NO_ANSWER: 'The hospital’s server does not answer. Check your connection and try again.',
    SESSION_ENDED: 'Your session has ended. Please sign in again.',
    CUT_OFF: 'The connection was cut before all was there. What came stays; please try again.',
    STOPPED: 'You stopped it. Nothing was found out.',
    LOG_STOPPED:
      'The hospital’s log is stopped: nothing new is recorded or proven until it is set right. Please tell the hospital.',
    LEDGER_UNREACHABLE:
      'The hospital’s log cannot reach its ledger just now. Please try again in some minutes.',
    UNEXPECTED: 'The hospital’s server met a fault of its own. Please try again later.',
    NOT_PROVEN_YET: 'New entries are being proven just now. Please try again in a few seconds.',
    TOO_LARGE:
      'This list is too long for one file. Ask the hospital for a copy that can be checked.',
    STORE_CORRUPT:
      'The hospital’s own records do not hold together; nothing is shown. Please tell the hospital.',
    RATE_LIMITED: 'Too many requests just now. Please wait a minute.',
    SHUTTING_DOWN: 'The server is being restarted. Please try again in a minute.',
  },
  otherProblem: (code) => `Something went wrong (${code}). Please try again later.`,
  again: 'Try again',
};

const ZH: SessionTexts = {
  title: '登录',
  lead: '查看谁看过您的病历，或核验医院日志所证明的内容。',
  signIn: '登录',
  signInWith: (name) => `通过 ${name} 登录`,
  signOut: '退出登录',
  signedInAs: (name) => `已登录：${name}`,
  demoTitle: '演示',
  demoLead: '点一下即以下列某人的身份登录。演示只能在本机访问。',
  noWay: '本网关尚未设置登录方式，请联系医院管理员。',
  noRole: '您已登录，但医院未授予您在此处的权限。请联系医院服务台。',
  whereTo: '前往',
  withoutSignIn: '无需登录',
  loading: '正在加载……',
  roles: {
    archivist: '档案管理员',
    'source-system': '来源系统',
    auditor: '审计员',
    patient: '患者',
    'privacy-officer': '隐私专员',
    admin: '系统管理员',
  },
  unseenPatient: '病历无人查看的患者',
  pages: {
    '/patient': '谁查看了我的病历',
    '/archivist': '档案状态',
    '/auditor': '审计',
    '/inquiries': '患者提问',
    '/verify': '核验文件',
  },
  refusedTitle: '您尚未登录',
  noPage: '没有这个页面',
  notLoaded: '本页未能加载',
  problems: {
    UNAUTHENTICATED:
      '登录未成功或被取消，或超过十分钟，或在另一窗口开始，或会话已结束。请重新登录。',
    NO_ROUTE: '您打开的地址没有任何内容。可用的页面列在下面。',
    ACCESS_DENIED: '您的账号无权在此进行该操作。',
    IDENTITY_PROVIDER_UNREACHABLE: '医院的登录服务暂无响应，请稍后再试。',
    NO_ANSWER: '医院服务器没有响应。请检查网络后重试。',
    SESSION_ENDED: '会话已结束，请重新登录。',
    CUT_OFF: '连接在中途断开。已收到的内容仍在，请重试。',
    STOPPED: '您已停止，没有得出任何结论。',
    LOG_STOPPED: '医院的日志已停止：在修复之前，不再登记或证明新的内容。请告知医院。',
    LEDGER_UNREACHABLE: '医院的日志暂时无法连接其账本，请几分钟后再试。',
    UNEXPECTED: '医院服务器自身出现故障，请稍后再试。',
    NOT_PROVEN_YET: '新的记录正在生成证明，请几秒后再试。',
    TOO_LARGE: '清单过长，无法放入一个文件。请向医院索取可核验的副本。',
    STORE_CORRUPT: '医院自身的记录前后不一致，因此不予显示。请告知医院。',
    RATE_LIMITED: '请求过于频繁，请等一分钟。',
    SHUTTING_DOWN: '服务器正在重启，请稍后再试。',
  },
  otherProblem: (code) => `出现问题（${code}），请稍后再试。`,
  again: '重试',
};

export const SESSION: Bilingual<SessionTexts> = { en: EN, 'zh-CN': ZH };

/** What stands between here and the gateway says in its own way that nobody answers. */
const NOBODY_BEHIND = /^HTTP 50[234]$/;

/** What a code means, in words. */
export function problemText(texts: SessionTexts, code: string): string {
  if (NOBODY_BEHIND.test(code)) return texts.problems['NO_ANSWER'] as string;
  return Object.hasOwn(texts.problems, code)
    ? (texts.problems[code] as string)
    : texts.otherProblem(code);
}
