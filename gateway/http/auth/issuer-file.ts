// Files that the configuration of an issuer names: read each time, as they may be renewed while the
// gateway runs, and never waited for.
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { readSmallFile, whyUnread } from '../../services/small-file.js';

const MAX_ISSUER_FILE_BYTES = 1024 * 1024;

/** In words for the operator. Without a code, which would be told to people who sign in. */
export class IssuerFileFault extends Error {}

/** @throws IssuerFileFault */
export function readIssuerFile(path: string): Buffer {
  try {
    return Buffer.from(readSmallFile(path, { maxBytes: MAX_ISSUER_FILE_BYTES }));
  } catch (error) {
    if (!(error instanceof ChartsealError)) throw error;
    throw new IssuerFileFault(`cannot be read: ${whyUnread(error)}`);
  }
}
