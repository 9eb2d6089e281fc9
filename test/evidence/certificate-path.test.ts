import { expect } from 'chai';
import { encodeBase64 } from '../../chaincode/core/bytes.js';
import {
  type Authorities,
  pathWindows,
  peerFault,
  readAuthorities,
} from '../../gateway/evidence/certificate-path.js';
import { parseCertificate } from '../../gateway/evidence/certificates.js';
import {
  authority,
  basicConstraints,
  endEntity,
  keyUsage,
  p256Key,
} from '../support/certificate-maker.js';
import { expectCode } from '../support/expect-code.js';
import { makeIntermediate, makePeer, makeRoot } from '../support/fabric-consortium.js';

const root = makeRoot('HospitalAMSP');
const peer = makePeer('HospitalAMSP', root);

describe('evidence/certificate-path', () => {
  const trusted = (
    roots: readonly { certificate: Uint8Array }[],
    intermediates: readonly { certificate: Uint8Array }[] = [],
    revoked: readonly string[] = [],
  ): Authorities => {
    const base64 = (list: readonly { certificate: Uint8Array }[]) =>
      list.map(({ certificate }) => encodeBase64(certificate));
    return readAuthorities({
      roots: base64(roots),
      intermediates: base64(intermediates),
      revoked,
    });
  };
  const windows = (one: { certificate: Uint8Array }, authorities: Authorities) =>
    pathWindows(parseCertificate(one.certificate), authorities);
  const serialOf = (one: { certificate: Uint8Array }) => parseCertificate(one.certificate).serial;

  it('lead through intermediates that the trust file gives, as long as each allows', () => {
    const upper = makeIntermediate('upper', root);
    const lower = makeIntermediate('lower', upper);
    const one = makePeer('HospitalAMSP', lower);
    expect(windows(one, trusted([root], [lower, upper]))).to.have.lengthOf(1);
    expect(windows(one, trusted([root], [lower]))).to.deep.equal([]);
    expect(windows(one, trusted([root], [upper]))).to.deep.equal([]);
    expect(windows(one, trusted([], [lower, upper]))).to.deep.equal([]);
    expect(windows(one, trusted([upper], [lower]))).to.have.lengthOf(1);
    const short = (length: number) => makeRoot('HospitalAMSP', { extensions: authority(length) });
    expect(windows(one, trusted([short(2)], [lower, upper]))).to.have.lengthOf(1);
    expect(windows(one, trusted([short(1)], [lower, upper]))).to.deep.equal([]);
    expect(windows(one, trusted([short(0)], [lower, upper]))).to.deep.equal([]);
    expect(windows(peer, trusted([short(0)]))).to.have.lengthOf(1);
  });

  it('go round in no circle, and are not climbed for ever', () => {
    const crossed = Array.from({ length: 12 }, (_, at) =>
      makeIntermediate('same', { ...root, key: root.key }, { serial: Uint8Array.of(at + 1) }),
    );
    const self = makeIntermediate('same', crossed[0] ?? root);
    const one = makePeer('HospitalAMSP', self);
    expect(windows(one, trusted([], [self, ...crossed]))).to.deep.equal([]);
    expect(windows(one, trusted([root], [self, ...crossed])).length).to.be.above(0);
    const tower = [root];
    for (let level = 0; level < 8; level++) {
      tower.push(makeIntermediate(`level ${level}`, tower.at(-1) ?? root));
    }
    const [, ...levels] = tower;
    const under = (level: number) => makePeer('HospitalAMSP', levels[level] ?? root);
    expect(windows(under(6), trusted([root], levels))).to.have.lengthOf(1);
    expect(windows(under(7), trusted([root], levels))).to.deep.equal([]);
  });

  it('cost little where every intermediate issues every other', () => {
    const key = p256Key('same');
    const issuer = makeRoot('same', { key });
    const own = (count: number) =>
      Array.from({ length: count }, (_, at) =>
        makeIntermediate('same', issuer, { key, serial: Uint8Array.of(at + 1) }),
      );
    const one = makePeer('HospitalAMSP', issuer);
    const begun = process.cpuUsage();
    expect(windows(one, trusted([root], own(40)))).to.deep.equal([]);
    expect(windows(one, trusted([issuer], own(40))).length).to.be.above(0);
    const { user } = process.cpuUsage(begun);
    // Path by path these would be 10^11 signatures.
    expect(user / 1e6).to.be.below(20);
  });

  it('are found again after a path that was too long, or had a certificate twice', () => {
    const upper = makeIntermediate('upper', root, { extensions: authority(1) });
    const lower = makeIntermediate('lower', upper);
    const around = makeIntermediate('lower', lower);
    const one = makePeer('HospitalAMSP', around);
    const fresh = makePeer('HospitalAMSP', lower);
    expect(windows(fresh, trusted([root], [around, lower, upper])).length).to.equal(1);
    expect(windows(one, trusted([root], [around, lower, upper])).length).to.equal(1);
  });

  it('end at no root of the same name with another key, nor at a revoked intermediate', () => {
    const stranger = makeRoot('HospitalAMSP', { key: p256Key('stranger') });
    expect(windows(peer, trusted([stranger]))).to.deep.equal([]);
    expect(windows(peer, trusted([stranger, root]))).to.have.lengthOf(1);
    const inner = makeIntermediate('inner', root);
    const one = makePeer('HospitalAMSP', inner);
    expect(windows(one, trusted([root], [inner], [serialOf(inner)]))).to.deep.equal([]);
    expect(windows(one, trusted([root], [inner], [serialOf(root)]))).to.have.lengthOf(1);
  });

  it('hold while every certificate on them does', () => {
    const inner = makeIntermediate('inner', root, { notAfter: '270101000000Z' });
    const one = makePeer('HospitalAMSP', inner, { notBefore: '260601000000Z' });
    expect(windows(one, trusted([root], [inner]))).to.deep.equal([
      { from: Date.parse('2026-06-01T00:00:00Z'), until: Date.parse('2027-01-01T00:00:00Z') },
    ]);
    const renewed = makeIntermediate('inner', root, { notBefore: '270101000000Z' });
    expect(windows(one, trusted([root], [inner, renewed]))).to.have.lengthOf(2);
  });

  it('take a signature in either form of s: only endorsements have one', () => {
    const high = { certificate: makePeer('HospitalAMSP', root, { highS: true }).certificate };
    expect(windows(high, trusted([root]))).to.have.lengthOf(1);
  });

  it('are those of a peer, by its units, its flags and what its key is for', () => {
    const fault = (changes: Parameters<typeof makePeer>[2]) =>
      peerFault(parseCertificate(makePeer('HospitalAMSP', root, changes).certificate));
    expect(fault({})).to.equal(undefined);
    expect(fault({ units: ['ward 3', 'peer'] })).to.equal(undefined);
    expect(fault({ units: ['peer', 'peer'] })).to.equal(undefined);
    expect(fault({ extensions: [] })).to.equal(undefined);
    for (const units of [[], ['client'], ['Peer'], ['peer '], ['peer', 'admin'], ['orderer']]) {
      expect(fault({ units })).to.equal("is not a peer's");
    }
    expect(fault({ extensions: authority() })).to.equal('is one of an authority');
    expect(fault({ extensions: [keyUsage('0520')] })).to.equal('is not for signing');
  });

  it('begin at authorities only: the trust file is refused otherwise', () => {
    const bad = [
      makeRoot('r', { extensions: [] }),
      makeRoot('r', { extensions: endEntity() }),
      makeRoot('r', { extensions: [basicConstraints(true), keyUsage('0780')] }),
      { certificate: Uint8Array.of(48, 0) },
    ];
    for (const one of bad) {
      expectCode(() => trusted([one]), 'BAD_FORMAT');
      expectCode(() => trusted([root], [one]), 'BAD_FORMAT');
    }
    expect(trusted([makeRoot('r', { extensions: [basicConstraints(true)] })]).roots).to.have.length(
      1,
    );
  });
});
