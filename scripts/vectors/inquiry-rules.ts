// Inquiries and answers: entries at their bounds (SPEC 4, 5) and what they say that they are about
// (SPEC 19.4, step entries).
import { encodeBase64, encodeHex } from '../../chaincode/core/bytes.js';
import { canonicalBytes } from '../../chaincode/core/canonical-json.js';
import { leafHash } from '../../chaincode/core/leaf.js';
import type { History } from '../../gateway/evidence/history.js';
import { withhold } from '../../gateway/evidence/withhold.js';
import { EvidenceLog } from '../../test/support/evidence-builder.js';
import { accessEntry, type MadeEntry } from '../../test/support/evidence-entries.js';
import { AT, changed, committed, ENDORSED } from './made-entries.js';
import { bareReceipt, folder, history, incomplete, type Ruling, receipt } from './rules.js';

export const trust = 'inquiries';
const log = new EvidenceLog({ seed: 21 });
const { origin } = log;
const UNCHANGED: Ruling = { verdict: 'unchanged' };
const COMPLETE: Ruling = { verdict: 'complete' };
const unfit: Ruling = { verdict: 'not proven', failed: ['entry'] };
const unread: Ruling = { verdict: 'not proven', failed: ['entry'], not: ['time'] };

const common = {
  v: 1,
  log: origin,
  salt: encodeBase64(new Uint8Array(32).fill(9)),
  at: AT,
  by: { id: 'portal', mspId: 'HospitalAMSP' },
  source: { system: 'portal' },
};
const DUE = '2026-12-04T09:00:00.000Z';
const bare = (members: object): MadeEntry => ({
  bytes: canonicalBytes({ ...common, ...members }),
  openings: {},
});
export const inquiry = (members: object = {}, question = 'why?') =>
  committed(bare({ act: 'inquiry', dueAt: DUE, ...members }), { question });
const takenUp = (members: object) =>
  committed(bare({ act: 'answer', ...members }), { actor: { id: 'officer' } });
export const answered = (members: object) =>
  committed(bare({ act: 'answer', outcome: 'justified', ...members }), {
    actor: { id: 'officer' },
    text: 'because',
  });

export class Chain {
  readonly #value: string;
  readonly #subject: Uint8Array;

  constructor(value: string) {
    this.#value = value;
    this.#subject = log.patientLabel(value);
  }

  /** Index of the leaf in the log. */
  append(act: 'access' | 'inquiry' | 'answer', entry: MadeEntry): number {
    return log.append(ENDORSED, [{ act, subject: this.#subject, entry }]);
  }

  begin(): string {
    this.append('access', accessEntry({ origin, at: AT, seed: this.#value }));
    return this.hash(0);
  }

  /** Leaf hash of a place in the chain, in hex. */
  hash(sequence: number): string {
    const leaf = this.history().leaves[sequence] ?? '';
    return encodeHex(leafHash(Buffer.from(leaf, 'base64')));
  }

  history(): History {
    return log.history({ patient: this.#value });
  }
}

function bounds(): void {
  const chain = new Chain('bounds');
  chain.begin();
  const about = '11'.repeat(32);
  const one = (act: 'inquiry' | 'answer', name: string, entry: MadeEntry, ruling: Ruling) =>
    bareReceipt(`${act}-${name}`, log.receipt(chain.append(act, entry)), ruling, { trust });
  one('inquiry', 'of-a-patient', inquiry({ about }), UNCHANGED);
  one('inquiry', 'question-of-8000-bytes', inquiry({}, 'x'.repeat(8000)), UNCHANGED);
  one('inquiry', 'question-of-8001-bytes', inquiry({}, 'x'.repeat(8001)), unfit);
  one('inquiry', 'question-empty', inquiry({}, ''), unfit);
  one('inquiry', 'about-in-upper-case', inquiry({ about: 'AB'.repeat(32) }), unread);
  one('inquiry', 'about-a-sequence', inquiry({ about: 0 }), unread);
  one('inquiry', 'without-a-time', inquiry({ dueAt: undefined }), unread);
  one('inquiry', 'with-an-outcome', inquiry({ outcome: 'justified' }), unread);
  one('inquiry', 'without-a-question', { ...bare({ act: 'inquiry', dueAt: DUE }) }, unread);
  one('answer', 'taken-up', takenUp({ inquiry: about, dueAt: DUE }), UNCHANGED);
  one('answer', 'taken-up-without-a-time', takenUp({ inquiry: about }), UNCHANGED);
  one('answer', 'with-an-outcome', answered({ inquiry: about }), UNCHANGED);
  const silent = takenUp({ inquiry: about, outcome: 'justified' });
  one('answer', 'with-an-outcome-and-no-text', silent, unread);
  one('answer', 'with-an-outcome-and-a-time', answered({ inquiry: about, dueAt: DUE }), unread);
  one('answer', 'of-another-outcome', answered({ inquiry: about, outcome: 'denied' }), unread);
  one('answer', 'to-nothing', answered({}), unread);
  const asked = log.receipt(chain.append('inquiry', inquiry()));
  const not = { verdict: 'not checked', not: ['document'] };
  receipt('document-given-for-an-inquiry', asked, not, { trust });
}

function threads(): void {
  const chain = new Chain('thread');
  const about = chain.begin();
  chain.append('inquiry', inquiry({ about }));
  const first = chain.hash(1);
  chain.append('answer', takenUp({ inquiry: first, dueAt: DUE }));
  chain.append('answer', answered({ inquiry: first }));
  chain.append('inquiry', inquiry({ appeals: first, about: chain.hash(3) }, 'still: why?'));
  chain.append('answer', answered({ inquiry: first, outcome: 'unjustified' }));
  const whole = chain.history();
  history('inquiry-answered-appealed-answered', whole, COMPLETE, { trust });
  const hidden = withhold(whole, { sequences: [1] });
  history(
    'inquiry-not-shown-its-answers-are',
    hidden,
    { verdict: 'complete, 1 not shown' },
    { trust },
  );
  const texts = withhold(whole, { members: ['question', 'text', 'actor'] });
  history('inquiry-and-answers-without-their-texts', texts, COMPLETE, { trust });
}

/** Histories whose last entry says that it is about something that it cannot be about. */
function references(): void {
  const wrong = incomplete(['entries']);
  let count = 0;
  const ends = (name: string, make: (chain: Chain, about: string) => void, ruling = wrong) => {
    const chain = new Chain(`ends ${count++}`);
    make(chain, chain.begin());
    history(name, chain.history(), ruling, { trust });
  };
  const elsewhere = new Chain('elsewhere').begin();
  ends('inquiry-about-an-entry-of-another-chain', (chain) =>
    chain.append('inquiry', inquiry({ about: elsewhere })),
  );
  ends('inquiry-about-nothing', (chain) => chain.append('inquiry', inquiry()), COMPLETE);
  ends('inquiry-that-appeals-an-access', (chain, about) =>
    chain.append('inquiry', inquiry({ appeals: about })),
  );
  ends('answer-to-an-access', (chain, about) =>
    chain.append('answer', answered({ inquiry: about })),
  );
  ends('answer-to-an-answer', (chain) => {
    chain.append('inquiry', inquiry());
    chain.append('answer', takenUp({ inquiry: chain.hash(1) }));
    chain.append('answer', answered({ inquiry: chain.hash(2) }));
  });
  const later = new Chain('later');
  later.begin();
  later.append('inquiry', inquiry());
  const whole = later.history();
  // The entry is another than its leaf's: what it says does not come to be judged.
  const entry = changed(inquiry(), { about: later.hash(1) });
  const forged = { ...whole, entries: whole.entries.with(1, encodeBase64(entry.bytes)) };
  history('inquiry-about-itself', forged, wrong, { trust });
}

export function addInquiryRules(): void {
  bounds();
  threads();
  references();
  folder.addTrust(trust, log.trustFile());
}

/** Each member as it may not be, and what may be said in an answer. */
export function addInquiryMembers(): void {
  const chain = new Chain('members');
  chain.begin();
  const about = '11'.repeat(32);
  const one = (act: 'inquiry' | 'answer', name: string, entry: MadeEntry, ruling = unread) =>
    bareReceipt(`${act}-${name}`, log.receipt(chain.append(act, entry)), ruling, { trust });
  const days = { dueAt: '2026-12-04' };
  const hidden = (entry: MadeEntry, names: object): MadeEntry => {
    return { ...changed(entry, { private: names }), openings: {} };
  };
  const commitment = encodeBase64(new Uint8Array(32));
  one('inquiry', 'until-a-day', inquiry(days));
  one('inquiry', 'appeals-in-upper-case', inquiry({ appeals: 'AB'.repeat(32) }));
  one('inquiry', 'without-a-source', inquiry({ source: undefined }));
  one('inquiry', 'with-nothing-private', hidden(inquiry(), {}));
  const more = hidden(inquiry(), { question: commitment, actor: commitment });
  one('inquiry', 'with-an-actor', more);
  const words = (text: string) =>
    committed(bare({ act: 'answer', outcome: 'corrected', inquiry: about }), {
      actor: { id: 'officer' },
      text,
    });
  one('answer', 'of-8000-bytes', words('x'.repeat(8000)), UNCHANGED);
  one('answer', 'of-8001-bytes', words('x'.repeat(8001)), unfit);
  one('answer', 'of-no-words', words(''), unfit);
  one('answer', 'unjustified', answered({ inquiry: about, outcome: 'unjustified' }), UNCHANGED);
  const said = committed(takenUp({ inquiry: about }), { actor: { id: 'officer' }, text: 'soon' });
  one('answer', 'taken-up-with-words', said, UNCHANGED);
  one('answer', 'taken-up-until-a-day', takenUp({ inquiry: about, ...days }));
  one('answer', 'to-an-inquiry-in-upper-case', takenUp({ inquiry: 'AB'.repeat(32) }));
  one('answer', 'without-a-source', takenUp({ inquiry: about, source: undefined }));
  one('answer', 'without-an-actor', hidden(words('x'), { text: commitment }));
  one('answer', 'that-is-about-an-entry', takenUp({ inquiry: about, about }));
}
