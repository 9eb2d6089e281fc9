// Words of the patient's page.
import { SUMMARY_DAYS, type Summary } from '../patient/summary.js';
import type { Bilingual, Language } from './languages.js';
import { EN_STEPS, type ProofTexts, ZH_STEPS } from './proof.js';

interface PatientTexts {
  readonly title: string;
  readonly file: (value: string, system: string) => string;
  readonly summary: (summary: Summary, isAll: boolean) => string;
  readonly nobody: string;
  readonly nobodyRecently: string;
  readonly nobodyLoaded: string;
  readonly upTo: (moment: string) => string;
  readonly notPatient: string;
  readonly loading: string;
  readonly loadedOf: (loaded: number, count: number) => string;
  readonly more: string;
  readonly emergencies: string;
  readonly emergency: string;
  readonly noEmergencies: string;
  readonly timeline: string;
  readonly timelineOfLoaded: string;
  readonly timelineText: (from: string, to: string, busiest: string, count: number) => string;
  readonly byUnit: string;
  readonly times: (count: number) => string;
  readonly latest: string;
  readonly automatic: string;
  readonly looks: string;
  readonly other: string;
  readonly filter: string;
  readonly filterHint: string;
  readonly everyPurpose: string;
  readonly purpose: string;
  readonly nothingFits: string;
  readonly showing: (shown: number, of: number) => string;
  readonly noName: string;
  readonly sign: (sign: string) => string;
  readonly signsTitle: string;
  readonly signs: string;
  readonly noUnit: string;
  readonly noPurpose: string;
  readonly onBehalfOf: string;
  readonly who: string;
  readonly when: string;
  readonly where: string;
  readonly device: string;
  readonly why: string;
  readonly what: string;
  readonly how: string;
  readonly reason: string;
  readonly reportedBy: string;
  readonly proofOf: string;
  readonly sources: string;
  readonly sourcesText: (names: string) => string;
  readonly outcomes: Readonly<Record<string, string>>;
  readonly roles: Readonly<Record<string, string>>;
  readonly categories: Readonly<Record<string, string>>;
  readonly print: string;
  readonly proof: ProofTexts;
}

const many = (count: number, one: string, more: string) => `${count} ${count === 1 ? one : more}`;

const EN: PatientTexts = {
  title: 'Who opened my file',
  file: (value, system) => `File number ${value} (${system})`,
  summary: ({ accesses, organisations, people, records, emergencies }, isAll) =>
    [
      `In the last ${SUMMARY_DAYS} days, ${isAll ? '' : 'at least '}`,
      people === undefined
        ? `your file was opened ${many(accesses, 'time', 'times')}`
        : `${many(people, 'person', 'people')} opened your file ${many(accesses, 'time', 'times')}`,
      ` at ${many(organisations, 'organisation', 'organisations')}`,
      records === 0 ? '' : ` and saw ${many(records, 'document', 'documents')}`,
      emergencies === 0
        ? `; no emergency override${isAll ? '' : ' in the entries loaded'}.`
        : `; ${isAll ? '' : 'at least '}${many(emergencies, 'emergency override', 'emergency overrides')}.`,
    ].join(''),
  nobody: 'Nobody is recorded as having opened your file.',
  nobodyRecently: `Nobody is recorded as having opened your file in the last ${SUMMARY_DAYS} days.`,
  nobodyLoaded: `In the entries loaded, nobody is recorded as having opened your file in the last ${SUMMARY_DAYS} days.`,
  upTo: (moment) => `As the hospital’s log has it, up to ${moment}.`,
  notPatient: 'Here patients see who opened their file. You are not signed in as a patient.',
  loading: 'Loading the list …',
  loadedOf: (loaded, count) => `${loaded} of ${count} entries are loaded.`,
  more: 'Load more',
  emergencies: 'Emergency overrides',
  emergency: 'Emergency override',
  noEmergencies: 'None in the entries shown.',
  timeline: 'When your file was opened',
  timelineOfLoaded: 'Of the entries loaded: ',
  timelineText: (from, to, busiest, count) =>
    `From ${from} to ${to}. Most on ${busiest}: ${many(count, 'time', 'times')}.`,
  byUnit: 'By organisation and unit',
  times: (count) => many(count, 'time', 'times'),
  latest: 'last',
  automatic: 'Reported as done by programs',
  looks: 'Staff who looked at this list',
  other: 'Other entries about your file',
  filter: 'Search',
  filterHint: 'A name, a unit, a document, a purpose',
  everyPurpose: 'Every purpose',
  purpose: 'Purpose',
  nothingFits: 'No entry fits.',
  showing: (shown, of) =>
    `${shown.toLocaleString('en')} of ${of.toLocaleString('en')} entries fit.`,
  noName: 'Name not shown, by the hospital’s rules',
  sign: (sign) => `Person ${sign}`,
  signsTitle: 'Signs in the place of names',
  signs:
    'This hospital shows no names. The same sign stands for the same account in every entry of your list, so you see who came again; in the list of another patient the same person has another sign. The signs are the hospital’s word: the proof keeps the person closed, and does not prove which sign belongs to which entry.',
  noUnit: 'Unit not given',
  noPurpose: 'Not given by the source system',
  onBehalfOf: 'on behalf of',
  who: 'Who',
  when: 'When',
  where: 'Organisation, unit',
  device: 'From',
  why: 'Purpose',
  what: 'What',
  how: 'Action',
  reason: 'Reason given',
  reportedBy: 'Reported by',
  proofOf: 'Fingerprint in the log',
  sources: 'Which systems report to this list',
  sourcesText: (names) =>
    `Entries shown here were reported by: ${names}. A system that does not report cannot be seen here.`,
  outcomes: {
    success: '',
    minor: 'with a small fault',
    serious: 'refused or failed',
    major: 'failed: the system was not available',
  },
  roles: {
    physician: 'Physician',
    nurse: 'Nurse',
    clerk: 'Clerk',
    archivist: 'Archivist',
    'privacy-officer': 'Privacy officer',
    operator: 'Operator of the log',
    pharmacist: 'Pharmacist',
    technician: 'Technician',
  },
  categories: {
    inpatient: 'Hospital stay',
    outpatient: 'Outpatient visit',
    billing: 'Billing',
    laboratory: 'Laboratory',
    imaging: 'Imaging',
    'access-history': 'This list',
  },
  print: 'Print',
  proof: EN_STEPS,
};

const ZH: PatientTexts = {
  title: '谁查看了我的病历',
  file: (value, system) => `病历号 ${value}（${system}）`,
  summary: ({ accesses, organisations, people, records, emergencies }, isAll) =>
    [
      `过去 ${SUMMARY_DAYS} 天，${isAll ? '' : '至少有 '}`,
      `${organisations} 家机构`,
      people === undefined ? '' : `、${people} 人`,
      records === 0 ? '' : `查看了 ${records} 份资料`,
      `${records === 0 ? '查看了您的病历' : ''}，共 ${accesses} 次`,
      emergencies === 0
        ? `，${isAll ? '' : '已加载的记录中'}没有紧急越权访问。`
        : `，其中紧急越权${isAll ? '' : '至少'} ${emergencies} 次。`,
    ].join(''),
  nobody: '没有任何人查看过您病历的记录。',
  nobodyRecently: `过去 ${SUMMARY_DAYS} 天没有任何人查看您病历的记录。`,
  nobodyLoaded: `已加载的记录中，过去 ${SUMMARY_DAYS} 天没有任何人查看您病历的记录。`,
  upTo: (moment) => `依据医院日志，截至 ${moment}。`,
  notPatient: '本页供患者查看谁看过自己的病历。您没有以患者身份登录。',
  loading: '正在加载清单……',
  loadedOf: (loaded, count) => `已加载 ${loaded} 条，共 ${count} 条。`,
  more: '加载更多',
  emergencies: '紧急越权访问',
  emergency: '紧急越权访问',
  noEmergencies: '所示记录中没有。',
  timeline: '病历被查看的时间',
  timelineOfLoaded: '已加载的记录：',
  timelineText: (from, to, busiest, count) =>
    `${from} 至 ${to}。最多的一天是 ${busiest}：${count} 次。`,
  byUnit: '按机构和科室',
  times: (count) => `${count} 次`,
  latest: '最近',
  automatic: '报送为系统自动处理',
  looks: '查看过本清单的工作人员',
  other: '与您病历有关的其他记录',
  filter: '搜索',
  filterHint: '姓名、科室、资料或用途',
  everyPurpose: '全部用途',
  purpose: '用途',
  nothingFits: '没有符合的记录。',
  showing: (shown, of) =>
    `${of.toLocaleString('zh-CN')} 条中有 ${shown.toLocaleString('zh-CN')} 条符合。`,
  noName: '姓名按规定不显示',
  sign: (sign) => `人员 ${sign}`,
  signsTitle: '以代号代替姓名',
  signs:
    '本医院不显示姓名。在您的清单中，同一代号始终代表同一账号，因此您能看出是否同一人再次查看；在其他患者的清单中，同一人的代号不同。代号由医院声明：证明中的人员信息保持封闭，不能证明某条记录属于哪个代号。',
  noUnit: '未提供科室',
  noPurpose: '来源系统未提供',
  onBehalfOf: '代表',
  who: '谁查看',
  when: '何时',
  where: '机构 / 科室',
  device: '从何处',
  why: '用途',
  what: '资料',
  how: '操作',
  reason: '所述理由',
  reportedBy: '来源系统',
  proofOf: '日志指纹',
  sources: '哪些系统向本清单报送',
  sourcesText: (names) => `所示记录由以下系统报送：${names}。未报送的系统在此无法看到。`,
  outcomes: { success: '', minor: '有小故障', serious: '被拒绝或失败', major: '失败：系统不可用' },
  roles: {
    physician: '医师',
    nurse: '护士',
    clerk: '办事员',
    archivist: '档案管理员',
    'privacy-officer': '隐私专员',
    operator: '日志操作员',
    pharmacist: '药师',
    technician: '技师',
  },
  categories: {
    inpatient: '住院',
    outpatient: '门诊',
    billing: '费用',
    laboratory: '检验',
    imaging: '影像',
    'access-history': '本清单',
  },
  print: '打印',
  proof: ZH_STEPS,
};

export const PATIENT: Bilingual<PatientTexts> = { en: EN, 'zh-CN': ZH };

const find = (table: Readonly<Record<string, string>>, code: string): string =>
  Object.hasOwn(table, code) ? (table[code] as string) : code;

/** As it was sent where there is no word for it. */
export const roleText = (role: string, language: Language): string =>
  find(PATIENT[language].roles, role);

export const categoryText = (category: string, language: Language): string =>
  find(PATIENT[language].categories, category);

export type { PatientTexts };
