// A document as the body of a request: digested while it arrives, none of its bytes is kept.
import { createHash } from 'node:crypto';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { checkStated, statedDigests } from './content-digest.js';
import type { ApiRequest } from './route.js';

export interface DigestedBody {
  /** SHA-256, hex. */
  readonly digest: string;
  readonly size: number;
}

/** Throws BAD_INPUT when it is empty or cut off, DIGEST_MISMATCH when it is not as stated. */
export async function digestBody(request: ApiRequest): Promise<DigestedBody> {
  const stated = statedDigests(request);
  const hash = createHash('sha256');
  let size = 0;
  for await (const piece of request.stream) {
    hash.update(piece);
    size += piece.length;
  }
  if (size === 0) throw new ChartsealError('BAD_INPUT', 'the document is empty');
  const digest = hash.digest('hex');
  checkStated(stated, digest);
  return { digest, size };
}
