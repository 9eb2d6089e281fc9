// Access events through a gateway: lines are read here, and each is answered for in its turn.
import { setImmediate } from 'node:timers/promises';
import { decodeHex } from '../../chaincode/core/bytes.js';
import type { JsonObject, JsonValue } from '../../chaincode/core/json.js';
import { HASH_BYTES } from '../../chaincode/core/limits.js';
import type { ImportOutcome } from '../services/access-import.js';
import type { JsonLine } from '../services/json-lines.js';
import type { GatewayConnection } from './connection.js';
import { gatewayFailed, namedError } from './refusal.js';
import { faultOf, IMPORTED_ROW, received, type WireFault } from './wire.js';

const ROWS_AT_ONCE = 256;
const TURN = Symbol('turn');

/** Several at once where they come quickly; none waits for the next. */
export async function* gathered<T>(source: AsyncIterable<T>): AsyncGenerator<readonly T[], void> {
  const items = source[Symbol.asyncIterator]();
  try {
    let next = items.next();
    for (;;) {
      const first = await next;
      if (first.done === true) return;
      const several = [first.value];
      next = items.next();
      const turn = setImmediate(TURN);
      while (several.length < ROWS_AT_ONCE) {
        const got = await Promise.race([next, turn]);
        if (got === TURN || got.done === true) break;
        several.push(got.value);
        next = items.next();
      }
      // Awaited above when what was gathered is sent.
      next.catch(() => undefined);
      yield several;
    }
  } finally {
    items.return?.()?.catch(() => undefined);
  }
}

function rowOf(line: JsonLine): JsonObject {
  const { number } = line;
  if ('error' in line) return { line: number, error: { ...faultOf(line.error) } };
  return { line: number, value: line.value };
}

async function* rowsOf(
  lines: AsyncIterable<JsonLine>,
): AsyncGenerator<readonly JsonObject[], void> {
  for await (const some of gathered(lines)) yield some.map(rowOf);
}

interface Imported {
  readonly line: number;
  readonly leafHash?: string;
  readonly duplicate?: boolean;
  readonly ordinal?: number;
  readonly error?: WireFault;
}

function outcomeOf(row: JsonValue): ImportOutcome {
  const { line, leafHash, duplicate, ordinal, error } = received<Imported>(IMPORTED_ROW, row);
  if (error !== undefined) return { line, error: namedError(error.code, error.message) };
  if (leafHash === undefined || duplicate === undefined || ordinal === undefined) {
    throw gatewayFailed('the gateway left open what became of a line');
  }
  const hash = decodeHex(leafHash, 'leaf hash', HASH_BYTES);
  return { line, accepted: { ordinal, duplicate, leafHash: hash } };
}

/** As importAccess, through a gateway. */
export async function* importThrough(
  connection: GatewayConnection,
  lines: AsyncIterable<JsonLine>,
): AsyncGenerator<ImportOutcome> {
  const path = '/operator/v1/access-events/import';
  for await (const rows of connection.rows('POST', path, { rows: rowsOf(lines) })) {
    for (const row of rows) yield outcomeOf(row);
  }
}
