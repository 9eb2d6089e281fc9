// Bodies in FHIR JSON: one resource, or a Bundle taken apart, each resource with exactly the bytes
// that came.
import { encodeHex, utf8 } from '../../chaincode/core/bytes.js';
import { sha256 } from '../../chaincode/core/hash.js';
import {
  decodeJsonText,
  isObject,
  type JsonObject,
  JsonReader,
  type JsonValue,
} from '../../chaincode/core/json.js';
import { withoutMark } from '../byte-order-mark.js';
import { FhirIssue, refuse } from './fhir-issue.js';

/** Resources in one Bundle. */
const MAX_BUNDLE_ENTRIES = 10_000;

interface PartBytes {
  /** Where the resource stands in the body; '' when it is the body. */
  readonly expression: string;
  /** Exactly as received. */
  readonly bytes: Uint8Array;
  /** SHA-256 of the bytes, hex. */
  readonly digest: string;
}

/** A resource, or an entry of a Bundle that is refused by itself. */
export type FhirPart = PartBytes &
  ({ readonly resource: JsonObject } | { readonly issue: FhirIssue });

export type BundleType = 'batch' | 'transaction' | 'collection';

export type FhirBody =
  | { readonly kind: 'resource'; readonly part: FhirPart }
  | { readonly kind: 'bundle'; readonly type: BundleType; readonly parts: readonly FhirPart[] };

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![0-9.eE])/y;

/** FHIR has decimals, which formats of Chartseal have not; nothing of them is computed with. */
class FhirReader extends JsonReader {
  readonly places = new Map<JsonValue, readonly [start: number, end: number]>();

  protected override noteObject(object: JsonObject, start: number, end: number): void {
    this.places.set(object, [start, end]);
  }

  protected override readNumber(): number {
    NUMBER.lastIndex = this.at;
    if (!NUMBER.test(this.text)) this.refuse('no value');
    const value = Number(this.text.slice(this.at, NUMBER.lastIndex));
    if (!Number.isFinite(value)) this.refuse('a number without bounds');
    this.at = NUMBER.lastIndex;
    return value;
  }
}

function partOf(expression: string, bytes: Uint8Array): PartBytes {
  return { expression, bytes, digest: encodeHex(sha256(bytes)) };
}

const TYPES: readonly string[] = ['batch', 'transaction', 'collection'];

/** The request of an entry of a batch or transaction: to create an AuditEvent. */
function checkRequest(entry: JsonObject, at: string): void {
  const request = entry['request'];
  if (!isObject(request)) refuse('required', `${at}.request`, 'is missing');
  if (request['method'] !== 'POST') {
    refuse('not-supported', `${at}.request.method`, 'must be POST: events are only added');
  }
  const { url } = request;
  if (typeof url !== 'string' || !/^(?:https?:\/\/[^\s?#]+\/)?AuditEvent\/?$/.test(url)) {
    refuse('not-supported', `${at}.request.url`, 'must be AuditEvent');
  }
  if (request['ifNoneExist'] !== undefined) {
    refuse('not-supported', `${at}.request.ifNoneExist`, 'is not needed: an event lands once');
  }
}

function readEntry(
  entry: JsonValue,
  at: string,
  type: BundleType,
  bytesOf: (value: JsonObject) => Uint8Array,
): FhirPart {
  const prefix = `${at}.resource`;
  if (!isObject(entry)) refuse('structure', at, 'must be an object');
  const { resource } = entry;
  const bytes = isObject(resource) ? bytesOf(resource) : bytesOf(entry);
  const part = partOf(prefix, bytes);
  try {
    if (type !== 'collection') checkRequest(entry, at);
    if (!isObject(resource)) refuse('required', prefix, 'is missing');
    return { ...part, resource };
  } catch (error) {
    if (error instanceof FhirIssue) return { ...part, issue: error };
    throw error;
  }
}

function readBundle(bundle: JsonObject, bytesOf: (value: JsonObject) => Uint8Array): FhirBody {
  const { type, entry: entries } = bundle;
  if (typeof type !== 'string' || !TYPES.includes(type)) {
    refuse('not-supported', 'Bundle.type', `must be one of ${TYPES.join(', ')}`);
  }
  if (bundle['implicitRules'] !== undefined) {
    refuse('not-supported', 'Bundle.implicitRules', 'are rules unknown here');
  }
  if (!Array.isArray(entries) || entries.length === 0) {
    refuse('required', 'Bundle.entry', 'must be a list of at least one');
  }
  if (entries.length > MAX_BUNDLE_ENTRIES) {
    refuse('too-costly', 'Bundle.entry', `has more than ${MAX_BUNDLE_ENTRIES} items`);
  }
  const kind = type as BundleType;
  const parts = entries.map((entry, index) =>
    readEntry(entry, `Bundle.entry[${index}]`, kind, bytesOf),
  );
  return { kind: 'bundle', type: kind, parts };
}

/**
 * Reads a body in FHIR JSON, behind a byte order mark where its sender puts one. An entry of a
 * Bundle that cannot be taken is a part with its issue.
 * Throws BAD_JSON, TOO_LARGE, and FhirIssue for a body that cannot be taken at all.
 */
export function readFhirBody(bytes: Uint8Array, what: string, maxBytes: number): FhirBody {
  const text = decodeJsonText(withoutMark(bytes), what, maxBytes);
  const reader = new FhirReader(text, what);
  const value = reader.readDocument();
  if (!isObject(value)) refuse('structure', 'AuditEvent', 'must be an object');
  if (value['resourceType'] !== 'Bundle') {
    return { kind: 'resource', part: { ...partOf('', bytes), resource: value } };
  }
  const bytesOf = (object: JsonObject) => {
    const [start, end] = reader.places.get(object) ?? [0, text.length];
    return utf8(text.slice(start, end));
  };
  return readBundle(value, bytesOf);
}
