// Shapes as data: what a JSON value of ours may look like. Faults name the path of the member,
// never its value.
import { findBase64 } from './bytes.js';
import { ChartsealError } from './errors.js';
import { isObject, type JsonValue } from './json.js';
import { findTime } from './time.js';

export type Shape =
  | TextShape
  | IntegerShape
  | HexShape
  | BlobShape
  | ListShape
  | MapShape
  | ObjectShape
  | { readonly kind: 'flag' }
  | { readonly kind: 'time' }
  | { readonly kind: 'anything' }
  | { readonly kind: 'oneOf'; readonly values: readonly JsonValue[] }
  | { readonly kind: 'nullable'; readonly shape: Shape }
  | { readonly kind: 'tagged'; readonly tag: string; readonly variants: Variants };

type Variants = Readonly<Record<string, ObjectShape>>;

export interface TextShape {
  readonly kind: 'text';
  /** Bounds in bytes of UTF-8. */
  readonly min: number;
  readonly max: number;
  readonly pattern?: RegExp;
}
export interface IntegerShape {
  readonly kind: 'integer';
  readonly min: number;
  readonly max: number;
}
export interface HexShape {
  readonly kind: 'hex';
  readonly bytes: number;
}
export interface BlobShape {
  readonly kind: 'blob';
  readonly bytes?: number;
}
export interface ListShape {
  readonly kind: 'list';
  readonly item: Shape;
  readonly max: number;
}
export interface MapShape {
  readonly kind: 'map';
  readonly name: TextShape;
  readonly value: Shape;
  readonly max: number;
}
export interface Member {
  readonly shape: Shape;
  readonly optional: boolean;
}
export interface ObjectShape {
  readonly kind: 'object';
  readonly members: ReadonlyMap<string, Member>;
  /** Count of members that must be there. */
  readonly required: number;
}

/** Text of `min` to `max` bytes of UTF-8; a pattern is anchored by its writer. */
export const text = (bounds: { min: number; max: number; pattern?: RegExp }): TextShape => ({
  kind: 'text',
  ...bounds,
});
export const integer = (bounds: { min?: number; max?: number } = {}): IntegerShape => ({
  kind: 'integer',
  min: bounds.min ?? 0,
  max: bounds.max ?? Number.MAX_SAFE_INTEGER,
});
export const flag = (): Shape => ({ kind: 'flag' });
export const time = (): Shape => ({ kind: 'time' });
export const anything = (): Shape => ({ kind: 'anything' });
export const oneOf = (values: readonly JsonValue[]): Shape => ({ kind: 'oneOf', values });
export const nullable = (shape: Shape): Shape => ({ kind: 'nullable', shape });
/** Lower-case hexadecimal of exactly so many bytes. */
export const hex = (bytes: number): HexShape => ({ kind: 'hex', bytes });
/** Canonical base64, of exactly so many bytes when given. */
export const blob = (bytes?: number): BlobShape =>
  bytes === undefined ? { kind: 'blob' } : { kind: 'blob', bytes };
export const list = (item: Shape, bounds: { max: number }): ListShape => ({
  kind: 'list',
  item,
  max: bounds.max,
});
/** An object with names that are data, at most `max` of them. */
export const map = (name: TextShape, value: Shape, bounds: { max: number }): MapShape => ({
  kind: 'map',
  name,
  value,
  max: bounds.max,
});
/** A union told apart by the text in member `tag`, which each variant lists as oneOf. */
export const tagged = (tag: string, variants: Variants): Shape => ({
  kind: 'tagged',
  tag,
  variants,
});

/** An object with exactly these members; a name that ends in `?` is optional. */
export function object(table: Readonly<Record<string, Shape>>): ObjectShape {
  const members = new Map<string, Member>();
  for (const [key, shape] of Object.entries(table)) {
    const optional = key.endsWith('?');
    members.set(optional ? key.slice(0, -1) : key, { shape, optional });
  }
  const required = [...members.values()].filter((member) => !member.optional).length;
  return { kind: 'object', members, required };
}

/** What is wrong, and where; the path is filled in on the way out. */
interface Fault {
  readonly path: string[];
  readonly reason: string;
}

const fault = (reason: string): Fault => ({ path: [], reason });

function within(found: Fault | undefined, step: string | number): Fault | undefined {
  found?.path.unshift(String(step));
  return found;
}

/** Bytes of UTF-8 of well-formed text. */
export function utf8Size(value: string): number {
  let size = value.length;
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if (code > 0x7f) size += code > 0x7ff && (code < 0xd800 || code > 0xdfff) ? 2 : 1;
  }
  return size;
}

function textFault(shape: TextShape, value: JsonValue): Fault | undefined {
  if (typeof value !== 'string') return fault('is not text');
  // A unit of UTF-16 takes one to three bytes: most texts need no counting.
  const sure = value.length >= shape.min && value.length * 3 <= shape.max;
  if (!sure) {
    const size = utf8Size(value);
    if (size < shape.min || size > shape.max) {
      return fault(`does not have ${shape.min} to ${shape.max} bytes`);
    }
  }
  if (shape.pattern !== undefined && !shape.pattern.test(value)) {
    return fault('has characters that are not allowed here');
  }
  return undefined;
}

const HEX = /^[0-9a-f]*$/;

function hexFault(shape: HexShape, value: JsonValue): Fault | undefined {
  const good = typeof value === 'string' && value.length === shape.bytes * 2 && HEX.test(value);
  return good ? undefined : fault(`is not ${shape.bytes * 2} lower-case hex digits`);
}

function blobFault(shape: BlobShape, value: JsonValue): Fault | undefined {
  const bytes = typeof value === 'string' ? findBase64(value) : undefined;
  if (bytes !== undefined && (shape.bytes ?? bytes.length) === bytes.length) return undefined;
  const size = shape.bytes === undefined ? '' : ` of ${shape.bytes} bytes`;
  return fault(`is not canonical base64${size}`);
}

function integerFault(shape: IntegerShape, value: JsonValue): Fault | undefined {
  const good = Number.isSafeInteger(value) && value !== null;
  if (good && (value as number) >= shape.min && (value as number) <= shape.max) return undefined;
  const most = shape.max === Number.MAX_SAFE_INTEGER ? '2^53 - 1' : shape.max;
  return fault(`is not an integer from ${shape.min} to ${most}`);
}

/** A name from outside, cut and quoted, for a message. */
const quoted = (name: string): string => JSON.stringify(name.slice(0, 40)).slice(1, -1);

/** Names that look like a member's are told; others may be somebody's identifier. */
function unknownMember(name: string): Fault | undefined {
  return /^(?!.*[0-9]{3})\w{1,32}$/.test(name)
    ? within(fault('is not a known member'), name)
    : fault('has a member that is not known');
}

function objectFault(shape: ObjectShape, value: JsonValue): Fault | undefined {
  if (!isObject(value)) return fault('is not an object');
  let required = 0;
  for (const name of Object.keys(value)) {
    const inner = value[name];
    if (inner === undefined) continue;
    const member = shape.members.get(name);
    if (member === undefined) return unknownMember(name);
    if (!member.optional) required++;
    const found = findFault(member.shape, inner);
    if (found !== undefined) return within(found, name);
  }
  if (required === shape.required) return undefined;
  for (const [name, member] of shape.members) {
    if (!member.optional && value[name] === undefined) return within(fault('is missing'), name);
  }
  return undefined;
}

function listFault(shape: ListShape, value: JsonValue): Fault | undefined {
  if (!Array.isArray(value)) return fault('is not a list');
  if (value.length > shape.max) return fault(`has more than ${shape.max} items`);
  for (let index = 0; index < value.length; index++) {
    const found = findFault(shape.item, value[index] as JsonValue);
    if (found !== undefined) return within(found, index);
  }
  return undefined;
}

function mapFault(shape: MapShape, value: JsonValue): Fault | undefined {
  if (!isObject(value)) return fault('is not an object');
  const names = Object.keys(value);
  if (names.length > shape.max) return fault(`has more than ${shape.max} members`);
  for (const name of names) {
    const badName = textFault(shape.name, name);
    if (badName !== undefined) return within(fault('is not a name allowed here'), quoted(name));
    const found = findFault(shape.value, value[name] as JsonValue);
    if (found !== undefined) return within(found, quoted(name));
  }
  return undefined;
}

function taggedFault(tag: string, variants: Variants, value: JsonValue): Fault | undefined {
  if (!isObject(value)) return fault('is not an object');
  const name = value[tag];
  if (typeof name !== 'string' || !Object.hasOwn(variants, name)) {
    const known = Object.keys(variants).join(', ');
    return within(fault(`is not one of: ${known}`), tag);
  }
  return objectFault(variants[name] as ObjectShape, value);
}

function findFault(shape: Shape, value: JsonValue): Fault | undefined {
  switch (shape.kind) {
    case 'text':
      return textFault(shape, value);
    case 'integer':
      return integerFault(shape, value);
    case 'hex':
      return hexFault(shape, value);
    case 'blob':
      return blobFault(shape, value);
    case 'object':
      return objectFault(shape, value);
    case 'list':
      return listFault(shape, value);
    case 'map':
      return mapFault(shape, value);
    case 'flag':
      return typeof value === 'boolean' ? undefined : fault('is not true or false');
    case 'time':
      return findTime(value) === undefined
        ? fault('is not a UTC time such as 2026-11-01T08:00:00.000Z')
        : undefined;
    case 'oneOf':
      return shape.values.includes(value)
        ? undefined
        : fault(`is not one of: ${shape.values.join(', ')}`);
    case 'nullable':
      return value === null ? undefined : findFault(shape.shape, value);
    case 'tagged':
      return taggedFault(shape.tag, shape.variants, value);
    case 'anything':
      return undefined;
  }
}

/** Throws BAD_INPUT naming `what` and the path of the first member that does not fit. */
export function checkShape(shape: Shape, value: JsonValue, what: string): void {
  const found = findFault(shape, value);
  if (found === undefined) return;
  const where = found.path.length === 0 ? what : `${what}: ${found.path.join('.')}`;
  throw new ChartsealError('BAD_INPUT', `${where} ${found.reason}`);
}
