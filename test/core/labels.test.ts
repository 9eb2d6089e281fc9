import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { encodeHex, utf8 } from '../../chaincode/core/bytes.js';
import { hmacSha256, sha256 } from '../../chaincode/core/hash.js';
import {
  labelFromBeta,
  logLabel,
  patientAlpha,
  pseudonym,
  recordAlpha,
  recordLabel,
} from '../../chaincode/core/labels.js';
import { expectCode } from '../support/expect-code.js';

const key = new Uint8Array(32).fill(3);

describe('HMAC-SHA-256', () => {
  it('gives the digests of RFC 4231, test cases 1, 2 and 6', () => {
    const cases: [Uint8Array, string, string][] = [
      [
        new Uint8Array(20).fill(0x0b),
        'Hi There',
        'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
      ],
      [
        utf8('Jefe'),
        'what do ya want for nothing?',
        '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
      ],
      [
        new Uint8Array(131).fill(0xaa),
        'Test Using Larger Than Block-Size Key - Hash Key First',
        '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
      ],
    ];
    for (const [secret, data, digest] of cases) {
      expect(encodeHex(hmacSha256(secret, utf8(data)))).to.equal(digest);
    }
  });

  it('agrees with node:crypto for keys and data of any length', () => {
    const bytes = fc.uint8Array({ maxLength: 200 });
    fc.assert(
      fc.property(bytes, bytes, (secret, data) => {
        const expected = createHmac('sha256', secret).update(data).digest('hex');
        expect(encodeHex(hmacSha256(secret, data))).to.equal(expected);
      }),
    );
  });
});

describe('labels', () => {
  it('are made of these bytes and no others', () => {
    expect(patientAlpha('urn:a', '张三')).to.deep.equal(utf8('chartseal/patient\0urn:a\0张三'));
    expect(recordAlpha('2026/病历.pdf')).to.deep.equal(utf8('chartseal/record\x002026/病历.pdf'));
    expect(logLabel('a.example/b')).to.deep.equal(sha256(utf8('chartseal/log\0a.example/b')));
    expect(recordLabel(key, 'r')).to.deep.equal(hmacSha256(key, utf8('chartseal/record\0r')));
    expect(pseudonym(key, 's', 'v')).to.deep.equal(
      hmacSha256(key, utf8('chartseal/pseudonym\0s\0v')),
    );
  });

  it('are the first 32 bytes of a VRF output', () => {
    const beta = Uint8Array.from({ length: 64 }, (_, index) => index);
    expect(labelFromBeta(beta)).to.deep.equal(Uint8Array.from(beta.slice(0, 32)));
  });

  it('are never made of two different identifiers alike', () => {
    expectCode(() => patientAlpha('a\0b', 'c'), 'BAD_INPUT');
    expectCode(() => pseudonym(key, 'a\0b', 'c'), 'BAD_INPUT');
    expectCode(() => patientAlpha('a', '\ud800'), 'BAD_INPUT');
    expectCode(() => recordAlpha('\udfff'), 'BAD_INPUT');
  });
});
