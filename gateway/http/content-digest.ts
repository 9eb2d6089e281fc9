// Content-Digest and Repr-Digest (RFC 9530): what the sender says of the bytes that it sends.
import { encodeHex } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { HASH_BYTES } from '../../chaincode/core/limits.js';
import { text } from '../../chaincode/core/shape.js';
import type { ApiRequest, Parameter } from './route.js';

/** SHA-256, and whatever others stand beside it. */
const DIGESTS = (() => {
  const other = '[a-z0-9-]{1,32}=:[A-Za-z0-9+/]{1,172}={0,2}:';
  const own = 'sha-256=:[A-Za-z0-9+/]{43}=:';
  return new RegExp(`^(?:${other}, ?)*${own}(?:, ?${other})*$`);
})();

const HEADERS = ['Content-Digest', 'Repr-Digest'] as const;

export const DIGEST_HEADERS: readonly Parameter[] = HEADERS.map((name) => ({
  in: 'header',
  name,
  description:
    'RFC 9530, such as sha-256=:BASE64:; when it is not that of the bytes, 400 DIGEST_MISMATCH.',
  shape: text({ min: 1, max: 1024, pattern: DIGESTS }),
  onlyWith: 'application/octet-stream',
}));

const MEMBER = /^\s*([a-z0-9-]{1,32})=:([A-Za-z0-9+/]{1,172}={0,2}):\s*$/;

function bad(message: string): never {
  throw new ChartsealError('BAD_INPUT', message);
}

/** SHA-256 in hex; other algorithms may stand beside it. */
function parseDigest(name: string, value: string): string {
  let found: string | undefined;
  for (const member of value.split(',')) {
    const [, algorithm, base64 = ''] = MEMBER.exec(member) ?? [];
    if (algorithm === undefined) bad(`the header ${name} is not of the form sha-256=:BASE64:`);
    if (algorithm !== 'sha-256') continue;
    const bytes = Buffer.from(base64, 'base64');
    if (bytes.length !== HASH_BYTES || found !== undefined) {
      bad(`the header ${name} has no single sha-256 of ${HASH_BYTES} bytes`);
    }
    found = encodeHex(bytes);
  }
  return found ?? bad(`the header ${name} has no sha-256`);
}

/** Digests that the sender states, hex; checked before the body is read. Throws BAD_INPUT. */
export function statedDigests({ values }: ApiRequest): readonly string[] {
  return HEADERS.flatMap((name) => {
    const value = values[name];
    return typeof value === 'string' ? [parseDigest(name, value)] : [];
  });
}

/** Throws DIGEST_MISMATCH: what arrived is not what was sent. */
export function checkStated(stated: readonly string[], digest: string): void {
  if (stated.every((one) => one === digest)) return;
  throw new ChartsealError(
    'DIGEST_MISMATCH',
    'the bytes that arrived do not have the digest that the header states; nothing was done',
  );
}
