// Inquiries and answers that refer to what this version cannot judge, or to what stands behind them
// (SPEC 19.4, step entries, rule 4, and 20).
import { decodeBase64, encodeBase64, encodeHex } from '../../chaincode/core/bytes.js';
import { sha256 } from '../../chaincode/core/hash.js';
import { formatLeaf, leafHash, parseLeaf } from '../../chaincode/core/leaf.js';
import { ACTS } from '../../chaincode/core/lifecycle.js';
import type { History } from '../../gateway/evidence/history.js';
import type { MadeEntry } from '../../test/support/evidence-entries.js';
import { answered, Chain, inquiry, trust } from './inquiry-rules.js';
import { history, incomplete, type Ruling } from './rules.js';

const LATER: Ruling = { verdict: 'not checked', not: ['chain', 'map'] };

/** Access, inquiry and answer. */
function answeredOnce(value: string): History {
  const chain = new Chain(value);
  chain.begin();
  chain.append('inquiry', inquiry());
  chain.append('answer', answered({ inquiry: chain.hash(1) }));
  return chain.history();
}

type Referring = (about: string) => { readonly act: number; readonly entry: MadeEntry };

const answer: Referring = (about) => {
  return { act: ACTS.answer, entry: answered({ inquiry: about }) };
};

/** The inquiry's leaf changed and not shown, and a last entry that refers to what it is then. */
function referring(whole: History, change: (leaf: Uint8Array) => Uint8Array, made: Referring) {
  const [first = '', second = '', third = ''] = whole.leaves;
  const changed = change(decodeBase64(second, 'leaf'));
  const previous = leafHash(changed);
  const { act, entry } = made(encodeHex(previous));
  const last = { ...parseLeaf(decodeBase64(third, 'leaf')), act, previous };
  const leaf = formatLeaf({ ...last, entry: sha256(entry.bytes) });
  return {
    ...whole,
    leaves: [first, encodeBase64(changed), encodeBase64(leaf)],
    entries: [whole.entries[0], null, encodeBase64(entry.bytes)],
    openings: [whole.openings?.[0], null, entry.openings],
  };
}

function toWhatIsNewer(): void {
  const whole = answeredOnce('newer');
  const ofVersion2 = (leaf: Uint8Array) => leaf.with(0, 2);
  const ofAct = (act: number) => (leaf: Uint8Array) => leaf.with(1, act);
  const later = (name: string, change: (leaf: Uint8Array) => Uint8Array, made = answer) =>
    history(name, referring(whole, change, made), LATER, { trust });
  later('answer-to-a-leaf-of-version-2', ofVersion2);
  later('answer-to-an-act-not-listed', ofAct(0x30));
  later('answer-to-a-reserved-act', ofAct(ACTS['hold-by']));
  later('inquiry-that-appeals-a-leaf-of-version-2', ofVersion2, (appeals) => {
    return { act: ACTS.inquiry, entry: inquiry({ appeals }) };
  });
  later('inquiry-about-a-leaf-of-version-2', ofVersion2, (about) => {
    return { act: ACTS.inquiry, entry: inquiry({ about }) };
  });
  const short = referring(whole, (leaf) => leaf.subarray(0, 105), answer);
  history('answer-to-a-malformed-leaf', short, incomplete(['chain', 'entries'], ['map']), {
    trust,
  });
}

/** The last two leaves stand the other way round. */
function turned(name: string, { leaves, entries, openings = [], ...rest }: History): void {
  const order = <Item>([first, second, third]: readonly Item[]) => [first, third, second];
  const lists = { leaves: order(leaves), entries: order(entries), openings: order(openings) };
  history(name, { ...rest, ...lists }, incomplete(['chain', 'entries'], ['map']), { trust });
}

/** What refers to an earlier entry stands before it. */
export function addBackwards(): void {
  const chain = new Chain('about');
  chain.begin();
  chain.append('inquiry', inquiry());
  chain.append('inquiry', inquiry({ about: chain.hash(1) }));
  turned('inquiry-before-what-it-is-about', chain.history());
}

export function addReferenceRules(): void {
  toWhatIsNewer();
  turned('answer-before-its-inquiry', answeredOnce('backwards'));
}
