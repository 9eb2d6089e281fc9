// Every value of a JSON file replaced, left out and doubled in turn.
import type { JsonValue } from '../../chaincode/core/json.js';

export interface Change {
  /** Path with the kind of change. */
  readonly what: string;
  readonly value: JsonValue;
}

const HEX = /^[0-9a-f]{64}$/;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
const WORDS: Readonly<Record<string, JsonValue>> = {
  embedded: 'bft',
  hmac: 'vrf',
  text: 'upper',
  'chartseal-trust/1': 'chartseal-trust/2',
};

/** Another value that a reader of this member could take for good. */
function otherValues(value: JsonValue): JsonValue[] {
  if (typeof value === 'number') return [value + 1];
  if (typeof value !== 'string') return [];
  if (Object.hasOwn(WORDS, value)) return [WORDS[value] as JsonValue];
  if (HEX.test(value)) return [value.replace(/^./, (digit) => (digit === '0' ? '1' : '0'))];
  if (BASE64.test(value) && value.length === 44)
    return [`A${value.slice(1)}`, `${'A'.repeat(43)}=`];
  return [`${value}x`, value.slice(1)];
}

/** The same value with one change somewhere below it, for each change. */
export function* changes(value: JsonValue, path: string): Generator<Change> {
  for (const other of otherValues(value)) yield { what: `${path} replaced`, value: other };
  if (Array.isArray(value)) {
    for (const [at, item] of value.entries()) {
      const where = `${path}.${at}`;
      yield { what: `${where} left out`, value: value.toSpliced(at, 1) };
      yield { what: `${where} doubled`, value: value.toSpliced(at, 0, item) };
      for (const one of changes(item, where)) {
        yield { what: one.what, value: value.toSpliced(at, 1, one.value) };
      }
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, member] of Object.entries(value)) {
      const where = path === '' ? name : `${path}.${name}`;
      const { [name]: _, ...rest } = value as Record<string, JsonValue>;
      yield { what: `${where} left out`, value: rest };
      for (const one of changes(member, where)) {
        yield { what: one.what, value: { ...value, [name]: one.value } };
      }
    }
  }
}
