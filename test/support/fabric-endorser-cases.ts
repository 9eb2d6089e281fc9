// Attestations with a fault in who endorsed: identities, certificates, signatures, their order.
import { msp } from '@hyperledger/fabric-protos';
import { concat, encodeBase64, utf8 } from '../../chaincode/core/bytes.js';
import { parseCertificate } from '../../gateway/evidence/certificates.js';
import { authority, ecdsaDer, highS, p256Key, pemOf, sign } from './certificate-maker.js';
import { attestFabric, identityBytes } from './fabric-attester.js';
import { answer, attested, type FabricCase, unattested } from './fabric-case.js';
import {
  type Identity,
  MEMBERS,
  type Member,
  makeIntermediate,
  makePeer,
  makeRoot,
  NEIGHBOUR_HOSPITAL,
  OWNER,
  organisationOf,
  PEERS,
} from './fabric-consortium.js';

const [auditor, owner, neighbour] = MEMBERS as [Member, Member, Member];
const good = attested();
const three = good.endorsements;
const OTHERS = [auditor.peer, owner.peer];

/** Endorsed by the neighbour's peer with another certificate. */
const byPeer = (changes: Parameters<typeof makePeer>[2], above = neighbour.root) =>
  attested({ endorsers: [...OTHERS, makePeer(NEIGHBOUR_HOSPITAL, above, changes)] });

const withEndorsements = (endorsements: object) => ({ ...good, endorsements });
const withLast = (changes: object) => ({
  ...good,
  endorsements: [...three.slice(0, 2), { ...three[2], ...changes }],
});

/** Endorsed by an identity with these bytes, rightly signed. */
const byBytes = (change: (bytes: Uint8Array) => Uint8Array) => {
  const { endorsements } = attested({ endorsers: [neighbour.peer], identityBytes: change });
  return withEndorsements([...three.slice(0, 2), ...endorsements]);
};

function identity(mspId: string, certificate: string): Uint8Array {
  const made = new msp.SerializedIdentity();
  made.setMspid(mspId);
  made.setIdBytes(utf8(certificate));
  return made.serializeBinary();
}

const pem = pemOf(neighbour.peer.certificate);

function identities(): FabricCase[] {
  const first = /^An endorser: /;
  const stranger = makePeer('StrangerMSP', makeRoot('StrangerMSP'));
  return [
    unattested(
      'identity-without-a-certificate',
      byBytes(() => identity(NEIGHBOUR_HOSPITAL, '')),
      first,
    ),
    unattested(
      'identity-without-an-organisation',
      byBytes(() => identity('', pem)),
      first,
    ),
    unattested(
      'identity-with-an-unknown-field',
      byBytes((bytes) => concat(bytes, Uint8Array.of(24, 1))),
      first,
    ),
    unattested(
      'identity-with-two-organisations',
      byBytes((bytes) => concat(identity(OWNER, ''), bytes)),
      first,
    ),
    unattested(
      'identity-in-der',
      byBytes(() => {
        const made = new msp.SerializedIdentity();
        made.setMspid(NEIGHBOUR_HOSPITAL);
        made.setIdBytes(neighbour.peer.certificate);
        return made.serializeBinary();
      }),
      first,
    ),
    unattested(
      'identity-in-pem-of-other-lines',
      byBytes(() => identity(NEIGHBOUR_HOSPITAL, pem.trimEnd())),
      first,
    ),
    unattested(
      'identity-of-an-organisation-that-is-not-named',
      attested({ endorsers: [...PEERS, stranger] }),
      /of no organisation of the trust file/,
    ),
    unattested(
      'identity-of-another-organisation-than-its-certificate',
      attested({ endorsers: [...OTHERS, { ...owner.peer, mspId: NEIGHBOUR_HOSPITAL }] }),
      /certificate of HospitalBMSP does not lead to a root/,
    ),
  ];
}

function certificates(): FabricCase[] {
  const noRoot = /certificate of HospitalBMSP does not lead to a root/;
  const notAPeer = /certificate of HospitalBMSP is not a peer's/;
  const stale = /certificate of HospitalBMSP, or one above it, was not valid at 2026-11-03T09:01/;
  const stranger = makeRoot(NEIGHBOUR_HOSPITAL, { key: p256Key('stranger') });
  const inner = makeIntermediate('inner', neighbour.root);
  return [
    unattested('certificate-of-another-root', byPeer({}, stranger), noRoot),
    unattested('certificate-of-another-organisations-root', byPeer({}, owner.root), noRoot),
    unattested('certificate-under-an-intermediate-that-is-not-named', byPeer({}, inner), noRoot),
    unattested('certificate-of-a-client', byPeer({ units: ['client'] }), notAPeer),
    unattested('certificate-of-no-unit', byPeer({ units: [] }), notAPeer),
    unattested('certificate-of-two-kinds', byPeer({ units: ['peer', 'admin'] }), notAPeer),
    unattested(
      'certificate-of-an-authority',
      byPeer({ extensions: authority() }),
      /certificate of HospitalBMSP is one of an authority/,
    ),
    unattested('certificate-expired', byPeer({ notAfter: '261103090059Z' }), stale),
    unattested('certificate-not-yet-valid', byPeer({ notBefore: '261103090101Z' }), stale),
    unattested(
      'certificate-with-a-negative-serial',
      byPeer({ serial: Uint8Array.of(0xff) }),
      /^An endorser: /,
    ),
    unattested(
      'certificate-with-a-long-serial',
      byPeer({ serial: Uint8Array.of(0, 1) }),
      /^An endorser: /,
    ),
    ...authorities(stale, noRoot),
  ];
}

/** Faults of what stands above an endorser. */
function authorities(stale: RegExp, noRoot: RegExp): FabricCase[] {
  const trusting = (member: Member, revoked: readonly string[] = []) => ({
    organisations: [
      ...MEMBERS.slice(0, 2).map(organisationOf),
      { ...organisationOf(member), revoked },
    ],
  });
  const of = (root: Member['root'], intermediate: Member['root']): Member => ({
    mspId: NEIGHBOUR_HOSPITAL,
    root,
    intermediate,
    peer: makePeer(NEIGHBOUR_HOSPITAL, intermediate),
  });
  const { root } = neighbour;
  const plain = of(root, makeIntermediate('inner', root));
  const byMember = ({ peer }: Member) => attested({ endorsers: [...OTHERS, peer] });
  const serial = (one: { readonly certificate: Uint8Array }) =>
    parseCertificate(one.certificate).serial;
  const old = of(root, makeIntermediate('inner', root, { notAfter: '261101000000Z' }));
  const dead = makeRoot(NEIGHBOUR_HOSPITAL, { notAfter: '261101000000Z' });
  const short = makeRoot(NEIGHBOUR_HOSPITAL, { extensions: authority(0) });
  const shallow = of(short, makeIntermediate('inner', short));
  return [
    unattested('certificate-revoked', good, /certificate of HospitalBMSP is revoked/, {
      trust: trusting(neighbour, [serial(neighbour.peer)]),
    }),
    unattested('intermediate-revoked', byMember(plain), noRoot, {
      trust: trusting(plain, [serial(plain.intermediate ?? root)]),
    }),
    unattested('intermediate-expired', byMember(old), stale, { trust: trusting(old) }),
    unattested('root-expired', good, stale, { trust: trusting({ ...neighbour, root: dead }) }),
    unattested('path-longer-than-its-root-allows', byMember(shallow), noRoot, {
      trust: trusting(shallow),
    }),
    unattested('organisation-without-a-root', good, noRoot, {
      trust: {
        organisations: [
          ...MEMBERS.slice(0, 2).map(organisationOf),
          { ...organisationOf(neighbour), roots: [] },
        ],
      },
    }),
  ];
}

function signatures(): FabricCase[] {
  const notSigned = /HospitalBMSP is not signed by the key of its certificate/;
  const payload = new Uint8Array(Buffer.from(good.payload, 'base64'));
  const signed = (message: Uint8Array, by: Identity = neighbour.peer) =>
    withLast({ signature: encodeBase64(ecdsaDer(sign(by.key, message))) });
  const mine = identityBytes(neighbour.peer);
  const der = new Uint8Array(Buffer.from(three[2]?.signature ?? '', 'base64'));
  const malformed = /^The endorsement: /;
  return [
    unattested('signature-of-another-key', signed(concat(payload, mine), owner.peer), notSigned),
    unattested('signature-over-the-payload-alone', signed(payload), notSigned),
    unattested('signature-over-the-identity-first', signed(concat(mine, payload)), notSigned),
    unattested(
      'signature-of-another-organisation',
      withLast({ signature: three[1]?.signature }),
      notSigned,
    ),
    unattested(
      'signature-with-a-high-s',
      attested({ signatureBytes: (plain) => ecdsaDer(highS(plain)) }),
      /AuditorMSP is in a form that Fabric does not accept/,
    ),
    unattested(
      'signature-with-more-bytes',
      withLast({ signature: encodeBase64(concat(der, Uint8Array.of(0))) }),
      malformed,
    ),
    unattested('signature-empty', withLast({ signature: '' }), malformed),
    unattested(
      'signature-as-two-numbers',
      attested({ signatureBytes: (plain) => plain }),
      malformed,
    ),
    unattested(
      'payload-changed',
      { ...good, payload: attestFabric(answer, { version: '1.1' }).payload },
      /AuditorMSP is not signed by the key/,
    ),
  ];
}

function orders(): FabricCase[] {
  const inOrder = /not one for each organisation, in order/;
  const [first, second, third] = three;
  const peer1 = makePeer(OWNER, owner.root, { key: p256Key('another peer') });
  return [
    unattested('endorsed-by-nobody', withEndorsements([]), /Nobody endorsed/),
    unattested('endorsements-in-another-order', withEndorsements([second, first, third]), inOrder),
    unattested('endorser-twice', withEndorsements([first, second, second, third]), inOrder),
    unattested(
      'two-peers-of-one-organisation',
      attested({ endorsers: [auditor.peer, owner.peer, peer1] }),
      inOrder,
    ),
  ];
}

export function endorserCases(): FabricCase[] {
  return [...identities(), ...certificates(), ...signatures(), ...orders()];
}
