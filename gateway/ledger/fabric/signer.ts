// Signs with a P-256 key in Node's own code, a dozen times faster than the library's signer, and
// with the low S that Fabric asks for.
import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { ChartsealError } from '../../../chaincode/core/errors.js';

const SCALAR_BYTES = 32;
/** Order of P-256 (SEC 2, section 2.4.2). */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const INTEGER = 0x02;
const SEQUENCE = 0x30;

const toBigInt = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);

/** DER INTEGER of an unsigned number of 32 bytes. */
function derInteger(bytes: Uint8Array): Buffer {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start++;
  const body = bytes.subarray(start);
  const isHigh = (body[0] as number) >= 0x80;
  const value = isHigh ? Buffer.concat([Buffer.of(0), body]) : Buffer.from(body);
  return Buffer.concat([Buffer.of(INTEGER, value.length), value]);
}

/** S, or the order minus S when that is smaller. */
function lowS(bytes: Uint8Array): Uint8Array {
  const value = toBigInt(bytes);
  if (value <= ORDER >> 1n) return bytes;
  return Buffer.from((ORDER - value).toString(16).padStart(2 * SCALAR_BYTES, '0'), 'hex');
}

/** Throws KEY_UNREADABLE unless it is a private key on P-256. */
export function parseP256Key(pem: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch (cause) {
    throw new ChartsealError('KEY_UNREADABLE', 'the private key cannot be read', { cause });
  }
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') {
    throw new ChartsealError('KEY_UNREADABLE', 'the private key is not on the curve P-256');
  }
  return key;
}

/** DER of the ECDSA signature over SHA-256 of the message. */
export function signP256(key: KeyObject, message: Uint8Array): Uint8Array {
  const raw = sign('sha256', message, { key, dsaEncoding: 'ieee-p1363' });
  const r = derInteger(raw.subarray(0, SCALAR_BYTES));
  const s = derInteger(lowS(raw.subarray(SCALAR_BYTES)));
  return Buffer.concat([Buffer.of(SEQUENCE, r.length + s.length), r, s]);
}
