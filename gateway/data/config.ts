// DATA/config.json: which log this folder is of. Secrets stand elsewhere.
import { readFile } from 'node:fs/promises';
import { canonicalBytes } from '../../chaincode/core/canonical-json.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { parseJsonBytes } from '../../chaincode/core/json.js';
import { HASH_BYTES } from '../../chaincode/core/limits.js';
import { checkShape, hex, object, oneOf, text } from '../../chaincode/core/shape.js';
import { isSystemError } from '../services/file-error.js';

export interface DataConfig {
  readonly format: 'chartseal-config/1';
  readonly ledger: 'embedded';
  readonly channel: string;
  readonly mspId: string;
  readonly logId: string;
}

const SHAPE = object({
  format: oneOf(['chartseal-config/1']),
  ledger: oneOf(['embedded']),
  channel: text({ min: 1, max: 256 }),
  mspId: text({ min: 1, max: 128 }),
  logId: hex(HASH_BYTES),
});

export function formatConfig(config: DataConfig): Uint8Array {
  return canonicalBytes(config);
}

/** Throws NO_DATA when there is none, BAD_INPUT or BAD_JSON when it is damaged. */
export async function readConfig(path: string): Promise<DataConfig> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    if (!isSystemError(cause)) throw cause;
    throw new ChartsealError('NO_DATA', 'there is no Chartseal data folder here', { cause });
  }
  const value = parseJsonBytes(bytes, 'config.json');
  checkShape(SHAPE, value, 'config.json');
  return value as unknown as DataConfig;
}
