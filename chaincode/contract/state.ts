// The contract's state as typed rows of canonical JSON. Reads see what is committed, never the
// writes of the same transaction, as Fabric has it.
import type { Context } from 'fabric-contract-api';
import { canonicalBytes } from '../core/canonical-json.js';
import { ChartsealError } from '../core/errors.js';
import { parseJsonBytes } from '../core/json.js';
import type { KeyRange, StateKey } from './state-keys.js';

type Stub = Context['stub'];

/** Rows of one page, and whether more follow. */
export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly more: boolean;
}

export class State {
  readonly #stub: Stub;

  constructor(stub: Stub) {
    this.#stub = stub;
  }

  async find<Row>(key: StateKey<Row>): Promise<Row | undefined> {
    const bytes = await this.#stub.getState(key.text);
    // A missing key reads as no bytes.
    return bytes.length === 0 ? undefined : parseRow<Row>(bytes);
  }

  /** A row that the contract wrote together with another that was found. */
  async read<Row>(key: StateKey<Row>): Promise<Row> {
    const row = await this.find(key);
    if (row === undefined) throw new ChartsealError('LEDGER_CORRUPT', 'a row of state is missing');
    return row;
  }

  async put<Row extends object>(key: StateKey<Row>, row: Row): Promise<void> {
    await this.#stub.putState(key.text, canonicalBytes(row));
  }

  /** The first `limit` rows of a range in key order, with the keys they stand under. */
  async page<Row>(
    range: KeyRange<Row>,
    limit: number,
  ): Promise<Page<{ readonly key: string; readonly row: Row }>> {
    const rows: { key: string; row: Row }[] = [];
    for await (const { key, value } of this.#stub.getStateByRange(range.start, range.end)) {
      if (rows.length === limit) return { rows, more: true };
      rows.push({ key, row: parseRow<Row>(value) });
    }
    return { rows, more: false };
  }
}

/** Only this contract writes its state, so the type of a row follows from its key. */
function parseRow<Row>(bytes: Uint8Array): Row {
  return parseJsonBytes(bytes, 'a row of state') as unknown as Row;
}
