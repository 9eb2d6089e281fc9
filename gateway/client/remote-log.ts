// The log as others follow it, through the gateway that has its store open.
import { decodeBase64, decodeHex, decodeUtf8 } from '../../chaincode/core/bytes.js';
import { parseCheckpoint } from '../../chaincode/core/checkpoint.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { JsonValue } from '../../chaincode/core/json.js';
import { HASH_BYTES, LEAF_BYTES } from '../../chaincode/core/limits.js';
import type { Shape } from '../../chaincode/core/shape.js';
import { parseNote } from '../../chaincode/core/signed-note.js';
import { CONSISTENCY_SHAPE } from '../evidence/consistency-proof.js';
import type { LogDoor } from '../services/door/log-door.js';
import type { Consistency, SignedCheckpoint, TreeLeaf } from '../services/log-reading.js';
import type { GatewayConnection } from './connection.js';
import { gatewayFailed } from './refusal.js';
import { readReceived } from './rows.js';
import { LEAF_ROW, received } from './wire.js';

type Members<S extends string, N extends string = never> = Record<S, string> & Record<N, number>;

/** Throws GATEWAY_FAILED for what is not of our formats. */
function ours<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ChartsealError)) throw error;
    throw gatewayFailed(`the gateway answered with no part of a log: ${error.message}`);
  }
}

function signedCheckpoint(checkpoint: string): SignedCheckpoint {
  return ours(() => ({ ...parseCheckpoint(parseNote(checkpoint).text), checkpoint }));
}

const rowOf = <T>(shape: Shape, value: JsonValue) => received<T>(shape, value);

export class RemoteLogDoor implements LogDoor {
  readonly #connection: GatewayConnection;

  constructor(connection: GatewayConnection) {
    this.#connection = connection;
  }

  async readCheckpoint(size?: number): Promise<SignedCheckpoint> {
    const path = `/v1/log/checkpoint${size === undefined ? '' : `/${size}`}`;
    const note = await this.#connection.bytes('GET', path);
    return signedCheckpoint(ours(() => decodeUtf8(note, 'the checkpoint')));
  }

  async proveConsistency(size1: number, size2?: number): Promise<Consistency> {
    const to = size2 === undefined ? '' : `&to=${size2}`;
    const answer = await this.#connection.json('GET', `/v1/log/consistency?from=${size1}${to}`);
    const { root1, path, checkpoint } = rowOf<
      Members<'root1' | 'checkpoint'> & { path: readonly string[] }
    >(CONSISTENCY_SHAPE, answer);
    return {
      size1,
      root1: decodeHex(root1, 'root', HASH_BYTES),
      path: path.map((one) => decodeBase64(one, 'hash of the path', HASH_BYTES)),
      newer: signedCheckpoint(checkpoint),
    };
  }

  async *leaves(from?: number, count?: number): AsyncGenerator<TreeLeaf> {
    const asked = new URLSearchParams();
    if (from !== undefined) asked.set('from', String(from));
    if (count !== undefined) asked.set('count', String(count));
    const { pieces, requestId } = await this.#connection.open('GET', `/v1/log/leaves?${asked}`);
    for await (const rows of readReceived(pieces, requestId)) {
      for (const row of rows) {
        const { index, leaf, leafHash } = rowOf<Members<'leaf' | 'leafHash', 'index'>>(
          LEAF_ROW,
          row,
        );
        yield {
          index,
          leaf: decodeBase64(leaf, 'leaf', LEAF_BYTES),
          leafHash: decodeHex(leafHash, 'leaf hash', HASH_BYTES),
        };
      }
    }
  }

  async close(): Promise<void> {
    this.#connection.close();
  }
}
