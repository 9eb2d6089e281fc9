// Upkeep of a data folder through the gateway that has it open: the export, and what the doctor
// finds.
import { decodeBase64 } from '../../chaincode/core/bytes.js';
import type { JsonValue } from '../../chaincode/core/json.js';
import { HASH_BYTES } from '../../chaincode/core/limits.js';
import { blob, hex, integer, list, object, oneOf, text } from '../../chaincode/core/shape.js';
import type { ExportEnd } from '../services/backup/export-format.js';
import type { Finding } from '../services/doctor/finding.js';
import type { GatewayConnection } from './connection.js';
import { MAX_ANSWER_BYTES, MAX_PIECE_BYTES } from './limits.js';
import { received } from './wire.js';

const PIECE = object({ piece: blob() });
const EXPORT_END = object({
  blocks: integer(),
  entries: integer(),
  lines: integer(),
  digest: hex(HASH_BYTES),
  signature: blob(64),
});

/** As exportRunning: pieces of the export, and what it came to. */
export async function* exportThrough(
  connection: GatewayConnection,
): AsyncGenerator<Uint8Array, ExportEnd> {
  const rows = connection.rows('GET', '/operator/v1/export');
  try {
    for (;;) {
      const next = await rows.next();
      if (next.done === true) return received<ExportEnd>(EXPORT_END, next.value);
      for (const row of next.value) {
        const { piece } = received<{ piece: string }>(PIECE, row);
        yield decodeBase64(piece, 'piece of the export');
      }
    }
  } finally {
    await rows.return(null);
  }
}

const anyText = text({ min: 0, max: MAX_ANSWER_BYTES });
const FINDINGS = object({
  findings: list(
    object({
      check: anyText,
      status: oneOf(['ok', 'warning', 'fault', 'not checked']),
      sentence: anyText,
      'next?': anyText,
    }),
    { max: MAX_PIECE_BYTES },
  ),
});

/** What the doctor of a gateway finds, here or far away. Throws what the gateway refuses with. */
export async function examineThrough(connection: GatewayConnection): Promise<readonly Finding[]> {
  const answer: JsonValue = await connection.json('GET', '/v1/doctor');
  return received<{ findings: readonly Finding[] }>(FINDINGS, answer).findings;
}
