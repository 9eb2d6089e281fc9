import { createSign, generateKeyPairSync, verify as nodeVerify } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { concat, decodeHex, utf8 } from '../../chaincode/core/bytes.js';
import { verifyP256 as inPage } from '../../chaincode/core/platform/browser.js';
import { verifyP256 as inNode } from '../../chaincode/core/platform/node.js';
import { isLowS, parseEcdsaSignature } from '../../gateway/evidence/der.js';
import { attempt } from '../../gateway/evidence/steps.js';
import { ecdsaDer, highS, ORDER, p256Key, sequence, sign } from '../support/certificate-maker.js';
import { expectCode } from '../support/expect-code.js';

const key = p256Key('the one who signs');
const message = utf8('what is signed');
const good = sign(key, message);
const hex = (text: string) => decodeHex(text, 'it', text.length / 2);
const number = (value: bigint) => hex(value.toString(16).padStart(64, '0'));

/** What both platforms say. */
function verdict(publicKey: Uint8Array, text: Uint8Array, signature: Uint8Array): boolean {
  const node = inNode(publicKey, text, signature);
  expect(inPage(publicKey, text, signature)).to.equal(node);
  return node;
}

describe('ECDSA of P-256', () => {
  it('holds for what the key signed, in either form of s, in Node and in a page', () => {
    expect(verdict(key.publicKey, message, good)).to.equal(true);
    expect(verdict(key.publicKey, message, highS(good))).to.equal(true);
    expect([isLowS(good), isLowS(highS(good))]).to.deep.equal([true, false]);
    expect(verdict(key.publicKey, utf8('other'), good)).to.equal(false);
    expect(verdict(p256Key('another').publicKey, message, good)).to.equal(false);
  });

  it('holds for no changed byte', () => {
    for (let at = 0; at < 64; at++) {
      expect(verdict(key.publicKey, message, good.with(at, (good[at] as number) ^ 1))).to.equal(
        false,
      );
    }
  });

  it('takes no number out of range, and no key that is no point', () => {
    const r = good.subarray(0, 32);
    const s = good.subarray(32);
    const zero = number(0n);
    const signatures = [
      concat(zero, s),
      concat(r, zero),
      concat(zero, zero),
      concat(number(ORDER), s),
      concat(r, number(ORDER)),
      concat(number(ORDER + 1n), number(1n)),
      good.subarray(0, 63),
      concat(good, Uint8Array.of(0)),
      new Uint8Array(),
    ];
    for (const one of signatures) expect(verdict(key.publicKey, message, one)).to.equal(false);
    const { publicKey } = key;
    const keys = [
      publicKey.with(64, (publicKey[64] as number) ^ 1),
      publicKey.with(0, 2),
      concat(Uint8Array.of(2 + ((publicKey[64] as number) & 1)), publicKey.subarray(1, 33)),
      concat(Uint8Array.of(4), new Uint8Array(64)),
      concat(Uint8Array.of(4), new Uint8Array(64).fill(255)),
      Uint8Array.of(0),
      new Uint8Array(),
    ];
    for (const one of keys) expect(verdict(one, message, good)).to.equal(false);
  });

  it('reads the signatures of OpenSSL, and half the order as low', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const point = publicKey.export({ format: 'der', type: 'spki' }).subarray(-65);
    for (let count = 0; count < 40; count++) {
      const text = utf8(`message ${count}`);
      const signature = createSign('sha256').update(text).sign(privateKey);
      const parsed = parseEcdsaSignature(signature, 'the signature');
      expect(Buffer.from(ecdsaDer(parsed)).equals(signature)).to.equal(true);
      expect(verdict(point, text, parsed)).to.equal(true);
    }
    const half = ORDER / 2n;
    expect(isLowS(concat(number(1n), number(half)))).to.equal(true);
    expect(isLowS(concat(number(1n), number(half + 1n)))).to.equal(false);
  });

  it('is read from one form of DER only', () => {
    const refused = (der: Uint8Array) =>
      expectCode(() => parseEcdsaSignature(der, 'the signature'), 'BAD_FORMAT');
    const one = hex('020101');
    const contents = [
      '',
      '020101',
      '02010102010102',
      '020002010101',
      '0201ff020101',
      '02020001020101',
      '0203000080020101',
      `0221${'01'.repeat(33)}020101`,
      '030101020101',
      '02810101020101',
      '0280010000020101',
      '0202010102',
    ];
    for (const content of contents) refused(sequence(hex(content)));
    refused(concat(sequence(one, one), Uint8Array.of(0)));
    refused(concat(hex('3080'), one, one, hex('0000')));
    refused(hex('308106020101020101'));
    refused(sequence(one, one, one));
    expect(parseEcdsaSignature(sequence(one, one), 'it')[31]).to.equal(1);
  });

  it('is never taken by this reader and refused by OpenSSL, whatever the bytes', () => {
    const spki = concat(hex('3059301306072a8648ce3d020106082a8648ce3d030107034200'), key.publicKey);
    const der = ecdsaDer(good);
    fc.assert(
      fc.property(fc.nat(der.length - 1), fc.nat(255), (at, byte) => {
        const changed = der.with(at, byte);
        const read = attempt('it', () => parseEcdsaSignature(changed, 'the signature'));
        const ours = 'value' in read && verdict(key.publicKey, message, read.value);
        const publicKey = { key: Buffer.from(spki), format: 'der', type: 'spki' } as const;
        expect(ours).to.equal(nodeVerify('sha256', message, publicKey, changed));
      }),
      { numRuns: 300 },
    );
  });
});
