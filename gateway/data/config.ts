// DATA/config.json: which log this folder is of. Secrets stand elsewhere.
import { dirname, resolve } from 'node:path';
import { canonicalBytes } from '../../chaincode/core/canonical-json.js';
import { ChartsealError, damagedFile } from '../../chaincode/core/errors.js';
import { type JsonObject, type JsonValue, parseJsonBytes } from '../../chaincode/core/json.js';
import { HASH_BYTES } from '../../chaincode/core/limits.js';
import { checkShape, hex, object, oneOf, text } from '../../chaincode/core/shape.js';
import { findOwnFile } from '../services/small-file.js';
import { type NoData, whatLacksConfig } from './no-data.js';

export const CONFIG_FORMAT = 'chartseal-config/1';

interface AnyConfig {
  readonly format: typeof CONFIG_FORMAT;
  readonly channel: string;
  readonly mspId: string;
  readonly logId: string;
}

/** The ledger lies in the folder itself. */
export interface EmbeddedConfig extends AnyConfig {
  readonly ledger: 'embedded';
}

/** The ledger is a channel of several organisations. */
export interface FabricConfig extends AnyConfig {
  readonly ledger: 'fabric';
  /** Absolute path of the connection profile. */
  readonly profile: string;
}

export type DataConfig = EmbeddedConfig | FabricConfig;

const MEMBERS = {
  format: oneOf([CONFIG_FORMAT]),
  channel: text({ min: 1, max: 256 }),
  mspId: text({ min: 1, max: 128 }),
  logId: hex(HASH_BYTES),
};
const SHAPES = {
  embedded: object({ ...MEMBERS, ledger: oneOf(['embedded']) }),
  fabric: object({
    ...MEMBERS,
    ledger: oneOf(['fabric']),
    profile: text({ min: 1, max: 4096, pattern: /^(\/|[A-Za-z]:\\)/ }),
  }),
} as const;

export function formatConfig(config: DataConfig): Uint8Array {
  return canonicalBytes(config);
}

const CODES = { unreadable: 'FILE_UNREADABLE', damaged: 'BAD_INPUT' } as const;

const NO_FOLDER = 'there is no Chartseal data folder here';
/** What there is without a config.json: init takes an empty folder alone. */
const LACKING: Readonly<Record<NoData, string>> = {
  nothing: NO_FOLDER,
  'init cut short':
    'the making of this data folder was cut short: run the same chartseal init again',
  'import cut short': 'an import into this folder was cut short: run chartseal import again',
  'config lost':
    'config.json is gone, the log is there: put config.json back from a copy of this folder',
  'keys alone': 'the folder holds keys and no log yet: chartseal import EXPORT comes next',
  'no folder': 'a file lies here, or above, where a Chartseal data folder should be',
  'something else': NO_FOLDER,
};

const FORMAT = /^chartseal-config\/[0-9]+$/;

const PUT_BACK = 'Put config.json back from a copy of this folder: it holds no secret.';

function checkNewer(value: JsonValue, path: string): void {
  const format = (value as JsonObject | null)?.['format'];
  if (typeof format !== 'string' || format === CONFIG_FORMAT || !FORMAT.test(format)) return;
  const text = `the data folder ${dirname(path)} was made by a newer Chartseal`;
  throw new ChartsealError('NEWER_VERSION', text);
}

function parseConfig(bytes: Uint8Array, path: string): DataConfig {
  try {
    const value = parseJsonBytes(bytes, 'its text');
    checkNewer(value, path);
    const isFabric = (value as JsonObject | null)?.['ledger'] === 'fabric';
    checkShape(isFabric ? SHAPES.fabric : SHAPES.embedded, value, 'its text');
    return value as unknown as DataConfig;
  } catch (error) {
    if (error instanceof ChartsealError && error.code === 'NEWER_VERSION') throw error;
    throw damagedFile(error, path, PUT_BACK);
  }
}

/**
 * Throws NO_DATA when there is none, FILE_UNREADABLE, NEWER_VERSION, and BAD_INPUT or BAD_JSON when
 * it is damaged.
 */
export async function readConfig(path: string): Promise<DataConfig> {
  const whole = resolve(path);
  const bytes = findOwnFile(whole, whole, CODES, PUT_BACK);
  if (bytes !== undefined) return parseConfig(bytes, whole);
  const folder = dirname(whole);
  throw new ChartsealError('NO_DATA', `${LACKING[whatLacksConfig(folder)]} (${folder})`);
}
