// Vectors of trust files (SPEC sections 13 and 16): which are believed, and which are refused.
import { canonicalBytes } from '../../chaincode/core/canonical-json.js';
import type { TrustFile } from '../../gateway/evidence/trust.js';
import {
  authority,
  basicConstraints,
  extension,
  keyUsage,
  OID,
} from '../../test/support/certificate-maker.js';
import { sampleLog } from '../../test/support/evidence-sample.js';
import {
  MEMBERS,
  type Member,
  makeIntermediate,
  makeRoot,
  organisationOf,
} from '../../test/support/fabric-consortium.js';
import { type Family, hex, sha256Of, type VectorCase } from './family.js';
import { malformedPoints } from './small-order.js';

interface TrustCase extends VectorCase {
  /** The file's text; its bytes are the UTF-8 of it. */
  readonly file: string;
  readonly fingerprint?: string;
}

const base = sampleLog().trustFile();
const [log] = base.logs as [TrustFile['logs'][number]];
const [owner] = base.organisations as [TrustFile['organisations'][number]];
const json = Buffer.from(canonicalBytes(base)).toString();
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
const der = (name: string) => base64(sha256Of(name));
const other = { mspId: 'HospitalBMSP', roots: [], intermediates: [], revoked: [] };
const textOf = (changes: object) =>
  Buffer.from(canonicalBytes({ ...base, ...changes })).toString('utf8');

/** The trust file with a log whose registration is another one, and whose log id fits it. */
function registered(changes: Readonly<Record<string, unknown>>, origin = log.origin) {
  const registration = { ...log.registration, ...changes };
  const logId = hex(sha256Of(canonicalBytes(registration)));
  return { logs: [{ origin, logId, registration }] };
}

const organisations = (...changes: readonly object[]) => ({
  organisations: [{ ...owner, ...changes[0] }, ...changes.slice(1)],
});
const policy = (changes: object) => ({ policy: { ...base.policy, ...changes } });
const pins = (...sizes: readonly number[]) => ({
  pinnedCheckpoints: sizes.map((size, at) => ({
    origin: log.origin,
    size,
    root: hex(sha256Of(`root ${at}`)),
  })),
});

const pinOf = (origin: string) => ({
  pinnedCheckpoints: [{ origin, size: 4, root: hex(sha256Of('root')) }],
});
const contract = (changes: object) => ({
  contract: [
    {
      ...{ name: 'a', version: '1', sequence: 1, block: 0, tx: 0, endorsementPolicy: 'AND()' },
      ...changes,
    },
  ],
});

const [, member, neighbour] = MEMBERS as readonly [Member, Member, Member];
/** A channel of the log's owner and one more organisation. */
const channel = (...changes: readonly object[]) => ({
  ordering: 'raft',
  organisations: [
    { ...organisationOf(member), ...changes[0] },
    { ...organisationOf(neighbour), ...changes[1] },
  ],
});
const certificate = ({ certificate }: { readonly certificate: Uint8Array }) => base64(certificate);
const rootOf = (changes: Parameters<typeof makeRoot>[1]) =>
  channel({ roots: [certificate(makeRoot(owner.mspId, changes))] });
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));
/** SubjectPublicKeyInfo of a key of P-384. */
const P384 = bytesOf(`3076301006072a8648ce3d020106052b8104002203620004${'11'.repeat(96)}`);
const sameKey = certificate(makeRoot('HospitalBMSP', { key: member.root.key }));

const VALID: Readonly<Record<string, object>> = {
  embedded: {},
  raft: { ordering: 'raft' },
  bft: { ordering: 'bft' },
  'without-logs': { logs: [] },
  'log-with-vrf-labels': registered({ recordLabels: 'vrf' }),
  'log-with-a-predecessor': registered({ predecessor: hex(sha256Of('before')) }),
  'log-with-patient-systems': registered({
    patientSystems: [{ system: 'urn:card', form: 'digits', length: 9 }],
  }),
  'two-organisations': { ...organisations({}, other), ...policy({ k: 2, tolerated: 1 }) },
  'tolerated-as-many-as-k': { ...organisations({}, other), ...policy({ k: 1, tolerated: 1 }) },
  'tolerated-above-k': {
    ...organisations({}, other, { ...other, mspId: 'HospitalCMSP' }),
    ...policy({ k: 1, tolerated: 2 }),
  },
  'certificate-twice-in-one-organisation': organisations({
    roots: [der('a')],
    intermediates: [der('a')],
  }),
  'revoked-serial-0': organisations({ revoked: ['0', 'c0ffee'] }),
  pinned: pins(4, 8),
  'pinned-log-that-is-not-named': pinOf('hospital-b.example/archive'),
  contract: contract({}),
  'channel-of-two-organisations': channel(),
  'channel-with-an-intermediate': channel({
    intermediates: [certificate(makeIntermediate(owner.mspId, member.root))],
  }),
  'channel-with-a-root-twice': channel({
    roots: [certificate(member.root), certificate(member.root)],
  }),
  'channel-with-an-organisation-without-a-root': channel({ roots: [] }),
  'channel-root-that-does-not-say-what-its-key-is-for': rootOf({
    extensions: [basicConstraints(true)],
  }),
  'channel-root-with-a-serial-of-32-bytes': rootOf({ serial: bytesOf(`00${'ff'.repeat(32)}`) }),
};

const HOSTILE: Readonly<Record<string, object>> = {
  'unknown-member': { more: 1 },
  'without-a-policy': { policy: undefined },
  'channel-empty': { channel: '' },
  'ordering-unknown': { ordering: 'solo' },
  'without-organisations': { organisations: [], ...policy({ required: [] }) },
  'organisation-twice': organisations({}, owner),
  'certificate-of-two-organisations': organisations(
    { roots: [der('a')] },
    { ...other, intermediates: [der('a')] },
  ),
  'certificate-in-loose-base64': organisations({ roots: [der('a').replace('=', '')] }),
  'revoked-serial-with-a-leading-zero': organisations({ revoked: ['01'] }),
  'revoked-serial-in-upper-case': organisations({ revoked: ['C0FFEE'] }),
  'k-0': policy({ k: 0 }),
  'k-above-the-organisations': policy({ k: 2 }),
  'tolerated-as-many-as-organisations': policy({ tolerated: 1 }),
  'required-organisation-unknown': policy({ required: ['HospitalBMSP'] }),
  'required-organisation-twice': policy({ required: [owner.mspId, owner.mspId] }),
  'origin-twice': { logs: [log, log] },
  'registration-of-another-origin': registered({ origin: 'hospital-b.example/archive' }),
  'registration-with-an-unknown-member': registered({ more: 1 }),
  'registration-with-a-system-twice': registered({
    patientSystems: [
      { system: 'a', form: 'text' },
      { system: 'a', form: 'upper' },
    ],
  }),
  'registration-with-an-unknown-form': registered({
    patientSystems: [{ system: 'a', form: 'any' }],
  }),
  'registration-with-length-0': registered({
    patientSystems: [{ system: 'a', form: 'text', length: 0 }],
  }),
  'registration-with-unknown-labels': registered({ recordLabels: 'none' }),
  'registration-with-a-bad-origin': registered({ origin: 'Hospital-A' }, 'Hospital-A'),
  'log-id-of-another-registration': { logs: [{ ...log, logId: hex(sha256Of('other')) }] },
  'log-id-in-upper-case': { logs: [{ ...log, logId: log.logId.toUpperCase() }] },
  'note-key-of-31-bytes': registered({ noteKey: base64(new Uint8Array(31)) }),
  'note-key-of-small-order': registered({
    noteKey: base64(Uint8Array.of(1, ...Array(31).fill(0))),
  }),
  'note-key-of-zeros': registered({ noteKey: base64(new Uint8Array(32)) }),
  ...Object.fromEntries(
    Object.entries(malformedPoints()).map(([fault, point]) => [
      `note-key-${fault}`,
      registered({ noteKey: base64(point) }),
    ]),
  ),
  'pin-twice': pins(4, 4),
  'pin-with-a-bad-origin': pinOf('Hospital-A.example/archive'),
  'pin-with-an-empty-origin': pinOf(''),
  'pin-with-an-origin-of-256-bytes': pinOf('a'.repeat(256)),
  'pin-of-a-negative-size': pins(-1),
  'contract-an-object': { contract: {} },
  'contract-without-a-version': contract({ version: undefined }),
  'contract-with-an-unknown-member': contract({ more: 1 }),
  'contract-sequence-0': contract({ sequence: 0 }),
  'contract-block-negative': contract({ block: -1 }),
  'contract-name-empty': contract({ name: '' }),
  'contract-policy-of-4097-bytes': contract({ endorsementPolicy: 'x'.repeat(4097) }),
  'channel-root-that-is-no-certificate': channel({ roots: [der('a')] }),
  'channel-root-cut-short': channel({ roots: [base64(member.root.certificate.subarray(0, -1))] }),
  'channel-root-with-a-byte-more': channel({
    roots: [base64(Uint8Array.of(...member.root.certificate, 0))],
  }),
  'channel-root-that-is-no-authority': channel({ roots: [certificate(member.peer)] }),
  'channel-intermediate-that-is-no-authority': channel({
    intermediates: [certificate(member.peer)],
  }),
  'channel-root-that-may-not-issue': rootOf({
    extensions: [basicConstraints(true), keyUsage('0780')],
  }),
  'channel-root-with-a-negative-serial': rootOf({ serial: bytesOf('ff') }),
  'channel-root-with-a-serial-of-33-bytes': rootOf({ serial: bytesOf(`01${'00'.repeat(32)}`) }),
  'channel-root-with-a-key-of-p-384': rootOf({ publicKeyInfo: P384 }),
  'channel-root-signed-with-sha-384': rootOf({ algorithm: bytesOf('300a06082a8648ce3d040303') }),
  'channel-root-with-name-constraints': rootOf({
    extensions: [...authority(), extension(OID.nameConstraints, bytesOf('3000'))],
  }),
  'channel-root-of-two-organisations': channel({}, { roots: [certificate(member.root)] }),
  'channel-key-of-two-organisations': channel({}, { roots: [sameKey] }),
  'channel-intermediate-with-the-key-of-another-root': channel({}, { intermediates: [sameKey] }),
  'pin-with-a-short-root': { pinnedCheckpoints: [{ origin: log.origin, size: 4, root: '00' }] },
};

const TEXTS: Readonly<Record<string, readonly [file: string, code: string]>> = {
  'empty-file': ['', 'BAD_JSON'],
  'duplicate-keys': [`{"channel":"chartseal",${json.slice(1)}`, 'BAD_JSON'],
  'trailing-bytes': [`${json}x`, 'BAD_JSON'],
  'line-feed-after': [`${json}\n`, 'BAD_FORMAT'],
  'members-unsorted': [
    `{"policy":${JSON.stringify(base.policy)},${json.slice(1).replace(/,"policy":.*\}$/, '}')}`,
    'BAD_FORMAT',
  ],
  'format-of-a-receipt': [json.replace('chartseal-trust/1', 'chartseal-receipt/1'), 'BAD_FORMAT'],
  'version-0': [json.replace('chartseal-trust/1', 'chartseal-trust/0'), 'BAD_FORMAT'],
  'version-2': [json.replace('chartseal-trust/1', 'chartseal-trust/2'), 'NEWER_VERSION'],
};

export function trustFamily(): Family<TrustCase> {
  const valid = Object.entries(VALID).map(([name, changes]): TrustCase => {
    const file = textOf(changes);
    return { name: `trust/${name}`, file, fingerprint: hex(sha256Of(file)), expect: 'ok' };
  });
  const hostile = Object.entries(HOSTILE).map(([fault, changes]): TrustCase => {
    return { name: `trust/${fault}`, file: textOf(changes), expect: { code: 'BAD_INPUT' } };
  });
  const texts = Object.entries(TEXTS).map(([fault, [file, code]]): TrustCase => {
    return { name: `trust/${fault}`, file, expect: { code } };
  });
  return {
    family: 'trust',
    about: 'Trust files (SPEC sections 13 and 16)',
    cases: [...valid, ...hostile, ...texts],
  };
}
