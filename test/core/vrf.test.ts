import { ed25519 } from '@noble/curves/ed25519.js';
import { expect } from 'chai';
import fc from 'fast-check';
import sodium from 'libsodium-wrappers-sumo';
import { concat, encodeHex, utf8 } from '../../chaincode/core/bytes.js';
import { checkPublicKey } from '../../chaincode/core/ed25519-key.js';
import * as inPage from '../../chaincode/core/platform/curve-browser.js';
import * as inNode from '../../chaincode/core/platform/curve-node.js';
import {
  VRF_PROOF_BYTES,
  vrfBeta,
  vrfProve,
  vrfPublicKey,
  vrfVerify,
} from '../../chaincode/core/vrf.js';
import { expectCode } from '../support/expect-code.js';
import { readVectors } from '../support/vectors.js';

type Example = Record<'name' | 'sk' | 'pk' | 'alpha' | 'pi' | 'beta', string>;
const { examples } = readVectors<{ examples: Example[] }>('ecvrf-edwards25519-sha512-tai.json');
const bytes = (hex: string): Uint8Array => Buffer.from(hex, 'hex');

const secretKey = new Uint8Array(32).fill(7);
const publicKey = vrfPublicKey(secretKey);
const alpha = utf8('chartseal/patient\0urn:hospital-a\0P1');
const { beta, proof } = vrfProve(secretKey, alpha);

/** The proof's scalar s replaced by s + q, which is the same modulo the order q. */
function withGreatScalar(): Uint8Array {
  const out = Uint8Array.from(proof);
  let carry = ed25519.Point.Fn.ORDER;
  for (let at = 48; at < VRF_PROOF_BYTES; at++) {
    carry += BigInt(out[at] as number);
    out[at] = Number(carry & 0xffn);
    carry >>= 8n;
  }
  return out;
}

describe('ECVRF-EDWARDS25519-SHA512-TAI', () => {
  before(() => sodium.ready);

  for (const example of examples) {
    it(`proves and verifies ${example.name} of RFC 9381`, () => {
      const [sk, pk, input] = [bytes(example.sk), bytes(example.pk), bytes(example.alpha)];
      const made = vrfProve(sk, input);
      expect(encodeHex(vrfPublicKey(sk))).to.equal(example.pk);
      expect(encodeHex(made.proof)).to.equal(example.pi);
      expect(encodeHex(made.beta)).to.equal(example.beta);
      expect(encodeHex(vrfBeta(sk, input))).to.equal(example.beta);
      const multiply = sodium.crypto_scalarmult_ed25519_noclamp;
      expect(encodeHex(vrfBeta(sk, input, multiply))).to.equal(example.beta);
      expect(encodeHex(vrfVerify(pk, input, bytes(example.pi)))).to.equal(example.beta);
    });
  }

  it('gives the same output with the proof, without it and by libsodium; the proof verifies', () => {
    const key = fc.uint8Array({ minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(key, fc.uint8Array({ maxLength: 300 }), (sk, input) => {
        const made = vrfProve(sk, input);
        expect(vrfBeta(sk, input)).to.deep.equal(made.beta);
        const multiply = sodium.crypto_scalarmult_ed25519_noclamp;
        expect(vrfBeta(sk, input, multiply)).to.deep.equal(made.beta);
        expect(vrfVerify(vrfPublicKey(sk), input, made.proof)).to.deep.equal(made.beta);
        checkPublicKey(vrfPublicKey(sk), 'key');
      }),
      { numRuns: 20 },
    );
  });

  it('refuses a proof with any byte changed', () => {
    for (let at = 0; at < VRF_PROOF_BYTES; at++) {
      const changed = Uint8Array.from(proof);
      changed[at] = (changed[at] as number) ^ (1 << (at % 8));
      expectCode(() => vrfVerify(publicKey, alpha, changed), 'BAD_INPUT');
    }
  });

  it('refuses the proof of another input or another key', () => {
    expectCode(() => vrfVerify(publicKey, utf8('other'), proof), 'BAD_INPUT');
    const other = vrfPublicKey(new Uint8Array(32).fill(8));
    expectCode(() => vrfVerify(other, alpha, proof), 'BAD_INPUT');
  });

  it('refuses a second spelling of the same proof', () => {
    expect(vrfVerify(publicKey, alpha, proof)).to.deep.equal(beta);
    expectCode(() => vrfVerify(publicKey, alpha, withGreatScalar()), 'BAD_INPUT');
    expectCode(() => vrfVerify(publicKey, alpha, concat(proof, new Uint8Array(1))), 'BAD_INPUT');
    expectCode(() => vrfVerify(publicKey, alpha, proof.subarray(0, 79)), 'BAD_INPUT');
    expectCode(() => vrfVerify(publicKey, alpha, new Uint8Array()), 'BAD_INPUT');
  });

  it('refuses a key of small order, with which every label could be proven', () => {
    const identity = Uint8Array.of(1, ...new Uint8Array(31));
    expectCode(() => vrfVerify(identity, alpha, proof), 'BAD_INPUT');
    expectCode(() => vrfVerify(new Uint8Array(32), alpha, proof), 'BAD_INPUT');
    expectCode(() => vrfVerify(publicKey.subarray(1), alpha, proof), 'BAD_INPUT');
    expectCode(() => vrfVerify(new Uint8Array(32).fill(0xff), alpha, proof), 'BAD_INPUT');
  });

  it('takes secret keys of 32 bytes only', () => {
    expectCode(() => vrfBeta(new Uint8Array(31), alpha), 'BAD_INPUT');
    expectCode(() => vrfProve(new Uint8Array(64), alpha), 'BAD_INPUT');
    expectCode(() => vrfPublicKey(new Uint8Array(33)), 'BAD_INPUT');
  });

  it('is made of the same parts in Node and in a page', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.uint8Array(), (sk, data) => {
        expect(inNode.publicKeyOf(sk)).to.deep.equal(inPage.publicKeyOf(sk));
        expect(inNode.sha512(data)).to.deep.equal(inPage.sha512(data));
      }),
      { numRuns: 20 },
    );
  });
});
