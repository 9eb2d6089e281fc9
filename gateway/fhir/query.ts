// Whom a search names: read from `entity.query`, which is kept nowhere. Only what is beyond doubt
// counts: patients by literal id or by a whole identifier.
import type { PatientIdentifier } from '../../chaincode/core/patient-id.js';

/** A patient as a search names it. */
export type Named =
  | { readonly identifier: PatientIdentifier }
  /** References to try one after the other. */
  | { readonly references: readonly string[] };

export interface ReadQuery {
  readonly named: readonly Named[];
  /** Type of resource that was searched. */
  readonly target?: string;
}

/** Characters of base64; no search for a few patients is longer, and each name costs time. */
const MAX_QUERY = 16 * 1024;

const ID = /^[A-Za-z0-9.-]{1,64}$/;
const URL_PARTS = /^(?:[A-Z]{1,10} )?(https?:\/\/[^\s?#/]+[^\s?#]*|[^\s?#]*)(?:\?([^\s#]*))?/;
/** Parameters that say whose records are sought. */
const BY_REFERENCE = new Set(['patient', 'patient:Patient', 'subject', 'subject:Patient']);
const BY_IDENTIFIER = new Set([
  'patient.identifier',
  'patient:Patient.identifier',
  'patient:identifier',
  'subject.identifier',
  'subject:Patient.identifier',
  'subject:identifier',
]);

function decode(base64: string): string | undefined {
  const bytes = Buffer.from(base64, 'base64');
  const text = bytes.toString('utf8');
  return Buffer.from(text, 'utf8').equals(bytes) ? text : undefined;
}

function byIdentifier(value: string): Named[] {
  const at = value.indexOf('|');
  if (at < 1 || at === value.length - 1) return [];
  return [{ identifier: { system: value.slice(0, at), value: value.slice(at + 1) } }];
}

function byId(id: string, base: string | undefined): Named[] {
  if (!ID.test(id)) return [];
  const relative = `Patient/${id}`;
  return [{ references: base === undefined ? [relative] : [`${base}/${relative}`, relative] }];
}

function byReference(name: string, value: string, base: string | undefined): Named[] {
  if (/^https?:\/\//.test(value)) return [{ references: [value] }];
  if (value.startsWith('Patient/')) return byId(value.slice('Patient/'.length), base);
  // A bare id after `subject` may be of a group or a device.
  return name === 'subject' ? [] : byId(value, base);
}

function fromParameter(
  name: string,
  value: string,
  target: string | undefined,
  base: string | undefined,
): Named[] {
  const each = (read: (one: string) => Named[]) => value.split(',').flatMap(read);
  if (BY_REFERENCE.has(name)) return each((one) => byReference(name, one, base));
  if (BY_IDENTIFIER.has(name)) return each(byIdentifier);
  if (target !== 'Patient') return [];
  if (name === '_id') return each((one) => byId(one, base));
  return name === 'identifier' ? each(byIdentifier) : [];
}

/** Reads a search: a URL, with or without its verb, with a form after it when it was posted. */
export function readQuery(base64: string): ReadQuery {
  const text = base64.length > MAX_QUERY ? undefined : decode(base64);
  const found = text === undefined ? null : URL_PARTS.exec(text.trimStart());
  if (text === undefined || found === null) return { named: [] };
  const [, path = '', parameters = ''] = found;
  const steps = path.replace(/\/_search$/, '').split('/');
  const at = steps.findIndex((step) => /^[A-Z][A-Za-z]+$/.test(step));
  const target = at < 0 ? undefined : steps[at];
  const base = at > 0 && /^https?:/.test(path) ? steps.slice(0, at).join('/') : undefined;
  const last = text.trimEnd().split('\n').at(-1) ?? '';
  const form = text.includes('\n') && last.includes('=') && !last.includes('://') ? last : '';
  const id = steps[at + 1] ?? '';
  const inPath = target === 'Patient' && id !== '' && !id.startsWith('$') ? byId(id, base) : [];
  const compartment = target === 'Patient' ? steps[at + 2] : undefined;
  const sought = compartment !== undefined && /^[A-Z]/.test(compartment) ? compartment : target;
  const named = [...new URLSearchParams(parameters), ...new URLSearchParams(form)].flatMap(
    ([name, value]) => fromParameter(name, value, target, base),
  );
  return { named: [...inPath, ...named], ...(sought === undefined ? {} : { target: sought }) };
}
