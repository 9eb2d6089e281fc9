// A record that was refused is kept, as far as it was read, where a person can mend it. Its sender
// is answered all the same.
import { utf8 } from '../../chaincode/core/bytes.js';
import { RECORD_MEMBERS } from '../../chaincode/core/entry-shapes.js';
import type { ChartsealError } from '../../chaincode/core/errors.js';
import { isObject, type JsonValue, parseJsonBytes } from '../../chaincode/core/json.js';
import { isMendable } from '../services/feed/failed.js';
import type { Failure } from '../services/feed/failed-rows.js';
import { MAX_FAILED_CONTENT_BYTES } from '../services/feed/limits.js';
import type { Anchored } from '../services/record-anchor.js';
import type { Caller } from './caller.js';
import { parseRecordInput, type RecordInput } from './record-input.js';
import type { GatewayServices } from './services.js';
import { submitterOf } from './visibility.js';

/** What was sent of a record, the nearer to what is anchored the better. */
export interface SentRecord {
  /** Understood, and whole. */
  input?: RecordInput;
  /** Facts of a document whose digest is not known yet; JSON that may be anything. */
  value?: JsonValue;
}

/** Of `source.system`; a longer one is why the record was refused. */
const MAX_SYSTEM_BYTES = 256;

const memberOf = (value: JsonValue | undefined, name: string): JsonValue | undefined =>
  isObject(value) ? value[name] : undefined;

const textOf = (value: JsonValue | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;

/** Undefined for what names no record: nobody could tell when it is mended. */
function failureOf(sent: SentRecord, caller: Caller, error: ChartsealError): Failure | undefined {
  const { input, value } = sent;
  const whole = input && {
    record: input.document,
    ...(input.patient && { patient: input.patient }),
  };
  const record = memberOf((whole as unknown as JsonValue) ?? value, 'record');
  const id = textOf(memberOf(record, 'id'));
  if (id === undefined || id === '' || utf8(id).length > RECORD_MEMBERS.id.max) return undefined;
  const system = textOf(memberOf(memberOf(record, 'source'), 'system'));
  // What this caller must not say is not said later, by another's order.
  if (system !== undefined && caller.sources?.includes(system) === false) return undefined;
  const digest = textOf(memberOf(memberOf(record, 'digests'), 'sha-256'));
  const isDigest = digest !== undefined && /^[0-9a-f]{64}$/.test(digest);
  const content = utf8(JSON.stringify(whole ?? value));
  const isKept = isDigest && content.length <= MAX_FAILED_CONTENT_BYTES;
  const { code, message } = error;
  return {
    kind: 'record',
    caller: submitterOf(caller),
    cause: { code, message },
    record: id,
    ...(system === undefined || utf8(system).length > MAX_SYSTEM_BYTES ? {} : { system }),
    ...(isDigest ? { digest } : {}),
    ...(isKept ? { content } : {}),
  };
}

/** Anchors a record; what refuses it is kept beside what was sent, and thrown. */
export async function anchorKeeping<T extends Anchored>(
  { hospital }: GatewayServices,
  caller: Caller,
  sent: SentRecord,
  anchor: () => Promise<T>,
): Promise<T> {
  const { unanchored } = hospital.feed;
  let anchored: T;
  try {
    anchored = await anchor();
  } catch (error) {
    const failure = isMendable(error) ? failureOf(sent, caller, error) : undefined;
    if (failure !== undefined) await unanchored.keep([failure]);
    throw error;
  }
  if (sent.input !== undefined) {
    const { id, digests } = sent.input.document;
    const by = submitterOf(caller);
    await unanchored.anchored([{ caller: by, record: id, digest: digests['sha-256'] }]);
  }
  return anchored;
}

/** What was kept of a record, to be anchored again. Throws BAD_INPUT. */
export function readKeptRecord(content: Uint8Array): RecordInput {
  return parseRecordInput(parseJsonBytes(content, 'the record'));
}
