// Resources of FHIR with something in them changed, as senders with faults and people with ill will
// would send them.
import type { JsonValue } from '../../chaincode/core/json.js';
import type { Random } from './fault-random.js';

type Place = { readonly holder: Record<string, JsonValue> | JsonValue[]; readonly name: string };

/** Every place in a JSON value where something stands. */
function placesOf(value: JsonValue): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Place['holder'];
  return Object.entries(value).flatMap(([name, inner]) => [
    { holder, name },
    ...placesOf(inner as JsonValue),
  ]);
}

const ODD: readonly JsonValue[] = [
  null,
  true,
  0,
  -1,
  9_007_199_254_740_991,
  '',
  ' ',
  '\u0000',
  '\ud83d\ude00',
  '\u202etxt',
  'x'.repeat(5000),
  '2026-13-40T99:99:99Z',
  'Patient/../../etc',
  'urn:uuid:not-a-uuid',
  [],
  {},
  [[]],
  [null],
  { resourceType: 'AuditEvent' },
  { toString: 1, constructor: 2 },
];

const ODD_NAMES = ['__proto__', 'constructor', '_id', 'Entity', 'x'.repeat(300), 'resourceType'];

function pick<T>(list: readonly T[], random: Random): T {
  return list[random.integer(list.length)] as T;
}

function put({ holder }: Place, name: string, value: JsonValue): void {
  Object.defineProperty(holder, name, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

function remove({ holder, name }: Place): void {
  if (Array.isArray(holder)) holder.splice(Number(name), 1);
  else delete holder[name];
}

/** One change in place; `canary` comes to stand where nobody expects it. */
function change(value: JsonValue, canary: string, random: Random): void {
  const place = pick(placesOf(value), random);
  const { holder, name } = place;
  const inner = structuredClone((holder as Record<string, JsonValue>)[name] as JsonValue);
  const isList = Array.isArray(holder);
  const odd = structuredClone(pick(ODD, random));
  const acts: readonly (() => void)[] = [
    () => remove(place),
    () => (isList ? void holder.push(inner) : put(place, `${name}x`, inner)),
    () => put(place, name, [inner]),
    () => put(place, name, canary),
    () => (isList ? put(place, name, canary) : put(place, canary, 1)),
    () => (isList ? put(place, name, odd) : put(place, pick(ODD_NAMES, random), inner)),
    () => put(place, name, odd),
  ];
  pick(acts, random)();
}

/** A copy with one to three changes. */
export function mutated(value: JsonValue, canary: string, random: Random): JsonValue {
  const copy = structuredClone(value);
  for (let left = 1 + random.integer(3); left > 0 && placesOf(copy).length > 0; left--) {
    change(copy, canary, random);
  }
  return copy;
}

/** Bytes of it, now and then cut off, doubled or with one byte changed. */
export function bytesOf(value: JsonValue, random: Random): Uint8Array {
  const bytes = Buffer.from(JSON.stringify(value));
  switch (random.integer(12)) {
    case 0:
      return bytes.subarray(0, random.integer(bytes.length));
    case 1:
      bytes[random.integer(bytes.length)] = random.integer(256);
      return bytes;
    case 2:
      return Buffer.concat([bytes, bytes]);
    default:
      return bytes;
  }
}
