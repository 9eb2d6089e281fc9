import { createHash } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { encodeBase64, encodeHex } from '../../chaincode/core/bytes.js';
import {
  checkOpening,
  commitMember,
  OPENING_SHAPE,
  OPENINGS_SHAPE,
} from '../../chaincode/core/private-members.js';
import { checkShape } from '../../chaincode/core/shape.js';
import { expectCode } from '../support/expect-code.js';
import { jsonValue } from '../support/json-arbitrary.js';

const salt = Uint8Array.from({ length: 16 }, (_, index) => index);
const opening = { salt: encodeBase64(salt), value: { name: '王医生', id: 'dr-1' } };

describe('the commitment to a private member', () => {
  it('is SHA-256 of 05, the salt and the canonical JSON of the value', () => {
    const bytes = Buffer.concat([
      Buffer.from([5]),
      salt,
      Buffer.from('{"id":"dr-1","name":"王医生"}', 'utf8'),
    ]);
    const digest = createHash('sha256').update(bytes).digest('hex');
    expect(encodeHex(commitMember(salt, opening.value))).to.equal(digest);
    expect(checkOpening(Buffer.from(digest, 'hex').toString('base64'), opening)).to.equal(true);
  });

  it('opens with its own salt and value, and with no others', () => {
    const salts = fc.uint8Array({ minLength: 16, maxLength: 16 });
    fc.assert(
      fc.property(salts, jsonValue, jsonValue, (bytes, value, other) => {
        const commitment = encodeBase64(commitMember(bytes, value));
        const text = encodeBase64(bytes);
        expect(checkOpening(commitment, { salt: text, value })).to.equal(true);
        expect(checkOpening(commitment, { salt: text, value: [value] })).to.equal(false);
        const same = JSON.stringify(other) === JSON.stringify(value);
        if (!same && typeof other !== 'object') {
          expect(checkOpening(commitment, { salt: text, value: other })).to.equal(false);
        }
        const changed = Uint8Array.from(bytes, (byte, at) => (at === 15 ? byte ^ 1 : byte));
        expect(checkOpening(commitment, { salt: encodeBase64(changed), value })).to.equal(false);
      }),
    );
  });

  it('takes salts of 16 bytes only', () => {
    expectCode(() => commitMember(new Uint8Array(15), 'x'), 'BAD_INPUT');
    expectCode(() => commitMember(new Uint8Array(32), 'x'), 'BAD_INPUT');
    const short = encodeBase64(new Uint8Array(15));
    expectCode(() => checkOpening('', { salt: short, value: 'x' }), 'BAD_INPUT');
    expectCode(() => checkOpening('', { salt: '', value: 'x' }), 'BAD_INPUT');
  });

  it('has openings of one form', () => {
    checkShape(OPENING_SHAPE, opening, 'opening');
    checkShape(OPENINGS_SHAPE, { actor: opening }, 'openings');
    expectCode(() => checkShape(OPENING_SHAPE, { salt: opening.salt }, 'opening'), 'BAD_INPUT');
    expectCode(() => checkShape(OPENING_SHAPE, { ...opening, note: 1 }, 'opening'), 'BAD_INPUT');
    expectCode(() => checkShape(OPENINGS_SHAPE, { '': opening }, 'openings'), 'BAD_INPUT');
  });
});
