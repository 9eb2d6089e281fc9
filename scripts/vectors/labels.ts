// Vectors of labels and keys (SPEC section 8): from RFC 9381, RFC 2104 and RFC 5869.
import { createHmac, hkdfSync } from 'node:crypto';
import {
  littleEndian,
  ORDER,
  referenceProve,
  referencePublicKey,
  toLittleEndian,
} from '../../test/core/reference-vrf.js';
import {
  type Expect,
  type Family,
  fromHex,
  hex,
  sha256Of,
  turned,
  type VectorCase,
} from './family.js';
import { type IdentifierCase, identifierCases } from './identifiers.js';
import { forgedKeyCases, malformedPoints, mixedKeyCase } from './small-order.js';

/** A label shown by a VRF proof. */
export interface VrfCase extends VectorCase {
  readonly kind: 'patient' | 'record-vrf';
  readonly publicKey: string;
  readonly system?: string;
  readonly value?: string;
  readonly id?: string;
  readonly alpha: string;
  readonly proof: string;
  readonly beta?: string;
  readonly label?: string;
}

/** A label or pseudonym that a key, or nothing, gives. */
interface DerivedCase extends VectorCase {
  readonly kind: 'record-hmac' | 'log' | 'pseudonym' | 'keys';
  readonly [member: string]: unknown;
}

const SECRET = new Uint8Array(32).fill(65);
const OTHER_SECRET = new Uint8Array(32).fill(66);
const SYSTEM = 'urn:hospital-a';
const VALUE = 'P1';

const utf8 = (text: string) => new Uint8Array(Buffer.from(text, 'utf8'));
const patientAlpha = (system: string, value: string) =>
  utf8(`chartseal/patient\0${system}\0${value}`);
const recordAlpha = (id: string) => utf8(`chartseal/record\0${id}`);

function vrfParts(secret: Uint8Array, alpha: Uint8Array) {
  const { proof, beta } = referenceProve(secret, alpha);
  const label = hex(beta.subarray(0, 32));
  const publicKey = hex(referencePublicKey(secret));
  return { publicKey, alpha: hex(alpha), proof: hex(proof), beta: hex(beta), label };
}

function patient(name: string, system: string, value: string, secret = SECRET): VrfCase {
  const parts = vrfParts(secret, patientAlpha(system, value));
  return { name: `labels/patient-${name}`, kind: 'patient', system, value, ...parts, expect: 'ok' };
}

function record(name: string, id: string): VrfCase {
  const parts = vrfParts(SECRET, recordAlpha(id));
  return { name: `labels/record-vrf-${name}`, kind: 'record-vrf', id, ...parts, expect: 'ok' };
}

function validVrf(): VrfCase[] {
  return [
    patient('ascii', SYSTEM, VALUE),
    patient('of-another-key', SYSTEM, VALUE, OTHER_SECRET),
    patient('of-another-system', 'urn:hospital-b', VALUE),
    patient('chinese', 'urn:oid:2.16.156.10011', '住院号0042'),
    patient('outside-the-basic-plane', SYSTEM, '\u{20000}\u{20001}'),
    patient('of-256-bytes', SYSTEM, 'x'.repeat(256)),
    patient('with-a-space-inside', SYSTEM, 'A 42'),
    mixedKeyCase(SYSTEM, VALUE, patientAlpha(SYSTEM, VALUE)),
    record('path', 'ward-3/discharge-summary'),
    record('chinese', '2026/病历.pdf'),
    record('same-as-a-patient', `${SYSTEM}/${VALUE}`),
  ];
}

/** A proof with one fault each; where only its bytes are wrong, the faults of points are apart. */
function hostileVrf(): VrfCase[] {
  const good = vrfParts(SECRET, patientAlpha(SYSTEM, VALUE));
  const proof = fromHex(good.proof);
  const { beta: _, label: __, ...shown } = good;
  const hostile = (fault: string, changes: object, expect: Expect): VrfCase => {
    const head = {
      name: `labels/${fault}`,
      kind: 'patient',
      system: SYSTEM,
      value: VALUE,
    } as const;
    return { ...head, ...shown, ...changes, expect };
  };
  const step = { code: 'BAD_INPUT', step: 'subject' };
  const [gamma, c, s] = [proof.subarray(0, 32), proof.subarray(32, 48), proof.subarray(48)];
  const scalar = littleEndian(s);
  const put = (...parts: readonly Uint8Array[]) => ({ proof: hex(Buffer.concat(parts)) });
  const others = vrfParts(OTHER_SECRET, patientAlpha(SYSTEM, VALUE));
  const neighbours = vrfParts(SECRET, patientAlpha(SYSTEM, 'P2'));
  const asRecord = vrfParts(SECRET, recordAlpha(`${SYSTEM}\0${VALUE}`));
  const points = Object.entries(malformedPoints());
  return [
    hostile('proof-gamma-bit-turned', { proof: hex(turned(proof, 8)) }, step),
    hostile('proof-challenge-bit-turned', { proof: hex(turned(proof, 32 * 8 + 3)) }, step),
    hostile('proof-scalar-bit-turned', { proof: hex(turned(proof, 48 * 8 + 5)) }, step),
    hostile('proof-scalar-plus-the-order', put(gamma, c, toLittleEndian(scalar + ORDER, 32)), step),
    hostile('proof-scalar-is-the-order', put(gamma, c, toLittleEndian(ORDER, 32)), step),
    hostile('proof-challenge-of-zeros', put(gamma, new Uint8Array(16), s), step),
    hostile('proof-of-zeros', { proof: '00'.repeat(80) }, step),
    hostile('proof-of-another-key', { proof: others.proof }, step),
    hostile('proof-of-another-identifier', { proof: neighbours.proof }, step),
    hostile('proof-of-a-record-for-a-patient', { proof: asRecord.proof }, step),
    hostile('key-of-another-log', { publicKey: others.publicKey }, step),
    ...points.map(([fault, point]) => hostile(`proof-gamma-${fault}`, put(point, c, s), step)),
    ...points.map(([fault, point]) => hostile(`key-${fault}`, { publicKey: hex(point) }, step)),
    hostile('proof-of-79-bytes', put(proof.subarray(0, 79)), { code: 'BAD_INPUT', step: 'format' }),
    hostile('proof-of-81-bytes', put(proof, Uint8Array.of(0)), {
      code: 'BAD_INPUT',
      step: 'format',
    }),
    hostile('proof-of-no-bytes', { proof: '' }, { code: 'BAD_INPUT', step: 'format' }),
    hostile('key-of-31-bytes', { publicKey: shown.publicKey.slice(2) }, { code: 'BAD_INPUT' }),
    hostile('key-of-33-bytes', { publicKey: `${shown.publicKey}00` }, { code: 'BAD_INPUT' }),
    ...forgedKeyCases(SYSTEM, VALUE, patientAlpha(SYSTEM, VALUE)),
  ];
}

const hmac = (key: Uint8Array, text: string) => createHmac('sha256', key).update(text).digest();

function derived(): DerivedCase[] {
  const key = new Uint8Array(32).fill(129);
  const named = (name: string, kind: DerivedCase['kind'], members: object): DerivedCase => ({
    name: `labels/${name}`,
    kind,
    ...members,
    expect: 'ok',
  });
  const records = ['ward-3/discharge-summary', '2026/病历.pdf', 'a'].map((id, at) => {
    const label = hex(hmac(key, `chartseal/record\0${id}`));
    return named(`record-hmac-${at}`, 'record-hmac', { recordKey: hex(key), id, label });
  });
  const origins = ['hospital-a.example/archive', 'a', 'x.example/y_z-1'];
  const logs = origins.map((origin, at) =>
    named(`log-${at}`, 'log', { origin, label: hex(sha256Of(`chartseal/log\0${origin}`)) }),
  );
  const pseudonyms = [VALUE, '住院号0042'].map((value, at) => {
    const pseudonym = hex(hmac(key, `chartseal/pseudonym\0${SYSTEM}\0${value}`));
    const members = { pseudonymKey: hex(key), system: SYSTEM, value, pseudonym };
    return named(`pseudonym-${at}`, 'pseudonym', members);
  });
  const keys = [0, 7, 255].map((fill) => {
    const master = new Uint8Array(32).fill(fill);
    const of = (name: string) =>
      new Uint8Array(hkdfSync('sha256', master, '', `chartseal/${name}-key/1`, 32));
    return named(`keys-${fill}`, 'keys', {
      masterKey: hex(master),
      vrfKey: hex(of('vrf')),
      vrfPublicKey: hex(referencePublicKey(of('vrf'))),
      recordKey: hex(of('record')),
      pseudonymKey: hex(of('pseudonym')),
    });
  });
  return [...records, ...logs, ...pseudonyms, ...keys];
}

export function labelsFamily(): Family<VrfCase | DerivedCase | IdentifierCase> {
  return {
    family: 'labels',
    about: 'Labels, their proofs, keys, and the normal form of identifiers (SPEC section 8)',
    cases: [...validVrf(), ...derived(), ...hostileVrf(), ...identifierCases()],
  };
}
