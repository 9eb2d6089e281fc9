// The text of a configuration: strict JSON as everywhere, but people write it, so that faults are
// told by line and column.
import { ChartsealError } from '../../chaincode/core/errors.js';
import { decodeJsonText, JsonReader, type JsonValue } from '../../chaincode/core/json.js';
import { MAX_JSON_BYTES } from '../../chaincode/core/limits.js';

const BYTE_ORDER_MARK = '\ufeff';
const WHAT = 'the configuration';

class ConfigReader extends JsonReader {
  protected override refuse(reason: string, at = this.at): never {
    const lines = this.text.slice(0, at).split('\n');
    const place = `line ${lines.length}, column ${(lines.at(-1) as string).length + 1}`;
    const isComment = this.text.startsWith('//', at) || this.text.startsWith('/*', at);
    const told = isComment ? 'JSON has no comments' : reason;
    throw new ChartsealError('BAD_JSON', `${WHAT}: ${told}, at ${place}`);
  }
}

/** Throws BAD_JSON, TOO_LARGE. */
export function parseConfigText(bytes: Uint8Array): JsonValue {
  const text = decodeJsonText(bytes, WHAT, MAX_JSON_BYTES);
  if (text.startsWith(BYTE_ORDER_MARK)) {
    const message = `${WHAT} begins with a byte order mark: save it as UTF-8 without one`;
    throw new ChartsealError('BAD_JSON', message);
  }
  return new ConfigReader(text, WHAT).readDocument();
}
