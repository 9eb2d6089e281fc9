import { X509Certificate } from 'node:crypto';
import { expect } from 'chai';
import { concat, encodeBase64, encodeHex, utf8 } from '../../chaincode/core/bytes.js';
import {
  pathWindows,
  peerFault,
  readAuthorities,
} from '../../gateway/evidence/certificate-path.js';
import { derOfPem, parseCertificate } from '../../gateway/evidence/certificates.js';
import { attempt } from '../../gateway/evidence/steps.js';
import { createCertificateAuthority, issueCertificate } from '../../gateway/pki/issue.js';
import {
  authority,
  basicConstraints,
  type CertificateOptions,
  der,
  endEntity,
  extension,
  keyUsage,
  makeName,
  OID,
  pemOf,
  sequence,
} from '../support/certificate-maker.js';
import { expectCode } from '../support/expect-code.js';
import { makeIntermediate, makePeer, makeRoot } from '../support/fabric-consortium.js';

const root = makeRoot('HospitalAMSP');
const peer = makePeer('HospitalAMSP', root);
const hex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));

/** A peer's certificate with other parts. */
const changed = (changes: Partial<CertificateOptions>): Uint8Array =>
  makePeer('HospitalAMSP', root, changes).certificate;

/** What OpenSSL says of a certificate, in our form. */
function byOpenSsl(bytes: Uint8Array) {
  const found = new X509Certificate(bytes);
  const point = found.publicKey.export({ format: 'der', type: 'spki' }).subarray(-65);
  return {
    serial: found.serialNumber.toLowerCase().replace(/^0+(?=.)/, ''),
    notBefore: Date.parse(found.validFrom),
    notAfter: Date.parse(found.validTo),
    publicKey: encodeHex(point),
    isAuthority: found.ca,
    units: found.subject.split('\n').flatMap((line) => /^OU=(.*)$/.exec(line)?.slice(1) ?? []),
  };
}

function byUs(bytes: Uint8Array) {
  const found = parseCertificate(bytes);
  const { serial, notBefore, notAfter, publicKey, isAuthority, units } = found;
  return { serial, notBefore, notAfter, publicKey: encodeHex(publicKey), isAuthority, units };
}

const refused = (bytes: Uint8Array) => expectCode(() => parseCertificate(bytes), 'BAD_FORMAT');

describe('evidence/certificates', () => {
  it('reads what OpenSSL reads in it, of those made here and by another program', async () => {
    const made = await createCertificateAuthority({ mspId: 'HospitalAMSP', commonName: 'ca' });
    const issued = await issueCertificate(made, { commonName: 'x', role: 'writer', days: 9 });
    const pems = [made, issued].map(({ certificatePem }) => certificatePem);
    const wide = changed({ serial: hex(`00${'ff'.repeat(32)}`) });
    const late = sequence(der(0x17, utf8('490101000000Z')), der(0x18, utf8('20500101000000Z')));
    const early = sequence(der(0x17, utf8('500101000000Z')), der(0x17, utf8('491231235959Z')));
    const certificates = [
      ...pems.map((pem) => new Uint8Array(new X509Certificate(pem).raw)),
      root.certificate,
      peer.certificate,
      makeIntermediate('HospitalAMSP', root, { extensions: authority(0) }).certificate,
      wide,
      changed({ serial: hex('00') }),
      changed({ serial: hex('0080') }),
      changed({ validity: late }),
      changed({ validity: early }),
      changed({ extensions: [] }),
    ];
    for (const bytes of certificates) expect(byUs(bytes)).to.deep.equal(byOpenSsl(bytes));
    expect(byUs(wide).serial).to.equal('ff'.repeat(32));
    const [above, below] = pems.map((pem) => parseCertificate(derOfPem(utf8(pem))));
    if (above === undefined || below === undefined) throw new Error('not made');
    const authorities = { roots: [above], intermediates: [], revoked: new Set<string>() };
    const { notBefore: from, notAfter: until } = below;
    expect(pathWindows(below, authorities)).to.deep.equal([{ from, until }]);
    expect(peerFault(below)).to.equal("is not a peer's");
  });

  it('reads units of every usual kind of text, and refuses the others', () => {
    const subject = (textTag: number) =>
      makeName({ organisation: 'o', commonName: 'c', units: ['peer'], textTag });
    for (const tag of [0x0c, 0x13, 0x16]) {
      expect(byUs(changed({ subject: subject(tag) })).units).to.deep.equal(['peer']);
    }
    for (const tag of [0x14, 0x1e, 0x1c]) refused(changed({ subject: subject(tag) }));
    const latin = sequence(der(0x31, sequence(der(6, hex(OID.unit)), der(0x13, hex('ff')))));
    refused(changed({ subject: latin }));
  });

  it('reads a name without any part, and refuses one with a part that is empty', () => {
    const none = changed({ subject: sequence() });
    expect(byUs(none).units).to.deep.equal([]);
    expect(encodeHex(parseCertificate(none).subject)).to.equal('3000');
    refused(changed({ subject: sequence(der(0x31)) }));
  });

  it('refuses what two readers could take for different things', () => {
    const faults: Record<string, Partial<CertificateOptions>> = {
      'negative serial': { serial: hex('ff') },
      'serial with a needless zero': { serial: hex('0001') },
      'serial without bytes': { serial: new Uint8Array() },
      'serial of 33 bytes': { serial: hex(`01${'00'.repeat(32)}`) },
      'version 1': { version: hex('020100') },
      'version 4': { version: hex('020103') },
      'extension twice': { extensions: [...endEntity(), keyUsage('0780')] },
      'unknown critical extension': { extensions: [extension('2a03', hex('0500'), true)] },
      'name constraints': { extensions: [extension(OID.nameConstraints, hex('3000'))] },
      'flag of 01': { extensions: [extension(OID.basicConstraints, hex('3003010101'))] },
      'path length without authority': { extensions: [basicConstraints(false, 0)] },
      'negative path length': {
        extensions: [extension(OID.basicConstraints, hex('30060101ff0201ff'))],
      },
      'usage with set padding': { extensions: [keyUsage('0781')] },
      'usage without bits': { extensions: [keyUsage('')] },
      'usage with 8 unused bits': { extensions: [keyUsage('0800')] },
      'more after the constraints': {
        extensions: [extension(OID.basicConstraints, hex('30000500'))],
      },
      'time with an offset': {
        validity: sequence(der(0x17, utf8('260101000000+0000')), der(0x17, utf8('360101000000Z'))),
      },
      'time without seconds': { notBefore: '2601010000Z' },
      'no such day': { notBefore: '260230000000Z' },
      'no such hour': { notBefore: '260101240000Z' },
      'a leap second': { notBefore: '260101235960Z' },
      'three times': {
        validity: sequence(...Array(3).fill(der(0x17, utf8('260101000000Z')))),
      },
      'another algorithm': { algorithm: hex('300a06082a8648ce3d040303') },
      'parameters of the algorithm': { algorithm: hex('300c06082a8648ce3d0403020500') },
      'key of P-384': {
        publicKeyInfo: hex(`3076301006072a8648ce3d020106052b8104002203620004${'11'.repeat(96)}`),
      },
      'compressed key': {
        publicKeyInfo: hex(
          `3039301306072a8648ce3d020106082a8648ce3d030107032200${encodeHex(peer.key.publicKey).slice(0, 66).replace(/^04/, '02')}`,
        ),
      },
    };
    for (const [name, fault] of Object.entries(faults)) {
      expect(() => refused(changed(fault)), name).to.not.throw();
    }
  });

  it('refuses bytes after it, forms that are only BER, and less than all of it', () => {
    const { certificate } = peer;
    refused(concat(certificate, Uint8Array.of(0)));
    refused(concat(hex('3083'), hex('00'), certificate.subarray(2)));
    refused(concat(hex('3080'), certificate.subarray(4), hex('0000')));
    for (let size = 0; size < certificate.length; size += 7) refused(certificate.subarray(0, size));
  });

  it('reads every changed byte as OpenSSL does, or not at all, and believes none', () => {
    const authorities = readAuthorities({
      roots: [encodeBase64(root.certificate)],
      intermediates: [],
      revoked: [],
    });
    const { certificate, key } = peer;
    expect(pathWindows(parseCertificate(certificate), authorities)).to.have.lengthOf(1);
    // A key that is no point verifies nothing: that is seen when it is used.
    const point = Buffer.from(certificate).indexOf(key.publicKey);
    let read = 0;
    for (let at = 0; at < certificate.length; at++) {
      for (const change of [0x01, 0x80, 0xff]) {
        const other = certificate.with(at, (certificate[at] as number) ^ change);
        const found = attempt('it', () => parseCertificate(other));
        if ('fault' in found) continue;
        read++;
        expect(pathWindows(found.value, authorities), `byte ${at}`).to.deep.equal([]);
        if (at >= point && at < point + 65) continue;
        expect(byUs(other), `byte ${at}`).to.deep.equal(byOpenSsl(other));
      }
    }
    expect(read).to.be.above(300);
  });

  it('reads PEM as Fabric writes it, and no other', () => {
    const pem = pemOf(peer.certificate);
    expect(encodeHex(derOfPem(utf8(pem)))).to.equal(encodeHex(peer.certificate));
    const [head = '', ...lines] = pem.trimEnd().split('\n');
    const others = [
      pem.trimEnd(),
      `${pem}\n`,
      ` ${pem}`,
      `${pem}${pem}`,
      pem.replaceAll('\n', '\r\n'),
      pem.replaceAll('CERTIFICATE', 'X509 CERTIFICATE'),
      [head, lines.slice(0, -1).join(''), lines.at(-1), ''].join('\n'),
      [head, '', ...lines, ''].join('\n'),
      [head, 'Proc-Type: 4', '', ...lines, ''].join('\n'),
      '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n',
      '',
    ];
    for (const other of others) expectCode(() => derOfPem(utf8(other)), 'BAD_FORMAT');
  });
});
