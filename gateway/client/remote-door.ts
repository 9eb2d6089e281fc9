// The door of a hospital whose store a gateway on this machine has open.
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeHex } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { JsonValue } from '../../chaincode/core/json.js';
import { HASH_BYTES, MAX_JSON_BYTES } from '../../chaincode/core/limits.js';
import { readConfig } from '../data/config.js';
import { readLogKeys } from '../data/keys.js';
import { type DataLayout, dataLayout } from '../data/layout.js';
import { removeDeadStaging, removeStaging, stagingName } from '../data/staging.js';
import { type History, parseHistory } from '../evidence/history.js';
import { formatReceipt, parseReceipt } from '../evidence/receipt.js';
import type { ImportOutcome } from '../services/access-import.js';
import { cleanUp, type OnLeft } from '../services/clean-up.js';
import type {
  AnchorOptions,
  HospitalDoor,
  Standing,
  WantedReceipt,
} from '../services/door/door.js';
import { isSystemError, systemErrorText } from '../services/file-error.js';
import type { HistoryQuery } from '../services/histories.js';
import type { Anchor } from '../services/ingest-run.js';
import type { JsonLine } from '../services/json-lines.js';
import type { Accepted } from '../services/sequencer/accept-group.js';
import type { SequencerCounts } from '../services/sequencer/sequencer-options.js';
import type { AccessSubmission } from '../services/submission.js';
import type { GatewayConnection } from './connection.js';
import { gatewayFailed, namedError } from './refusal.js';
import { RemoteFeedDoor } from './remote-feed.js';
import { importThrough } from './remote-import.js';
import { ingestThrough } from './remote-ingest.js';
import { RemoteInquiryDoor } from './remote-inquiries.js';
import { ACCEPTED, received, STANDING, WAITED, type WireFault } from './wire.js';

interface WireStanding {
  readonly logId: string;
  readonly counts: SequencerCounts;
  readonly delay?: WireFault;
}

/** Evidence that a gateway made; what cannot be read is no evidence. */
function evidence<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof ChartsealError)) throw error;
    throw gatewayFailed(`the gateway answered with no evidence: ${error.message}`);
  }
}

const SCRATCH = 'chartseal-ingest-';

/** Removes what killed commands left: it names documents. Throws FILE_UNWRITABLE. */
async function newScratch(): Promise<string> {
  try {
    await removeDeadStaging(tmpdir(), SCRATCH);
    const folder = join(tmpdir(), stagingName(SCRATCH));
    await mkdir(folder, { mode: 0o700 });
    return folder;
  } catch (cause) {
    if (!isSystemError(cause)) throw cause;
    const text = `a folder for temporary files: ${systemErrorText(cause)}`;
    throw new ChartsealError('FILE_UNWRITABLE', text, { cause });
  }
}

async function readStanding(connection: GatewayConnection): Promise<WireStanding> {
  return received<WireStanding>(STANDING, await connection.json('GET', '/operator/v1/standing'));
}

/** What a generator of rows returned; rows before that are nobody's. */
async function endOf(rows: AsyncGenerator<readonly JsonValue[], JsonValue>): Promise<JsonValue> {
  for (;;) {
    const next = await rows.next();
    if (next.done === true) return next.value;
  }
}

export class RemoteDoor implements HospitalDoor {
  readonly #connection: GatewayConnection;
  readonly #layout: DataLayout;
  readonly #onLeft: OnLeft;
  #scratch: string | undefined;
  /** A gateway finishes by itself what others left. */
  readonly leftEntries = 0;
  readonly feed: RemoteFeedDoor;
  readonly inquiries: RemoteInquiryDoor;

  private constructor(connection: GatewayConnection, layout: DataLayout, onLeft: OnLeft) {
    this.#connection = connection;
    this.#layout = layout;
    this.#onLeft = onLeft;
    this.feed = new RemoteFeedDoor(connection);
    this.inquiries = new RemoteInquiryDoor(connection);
  }

  /**
   * Throws GATEWAY_UNREACHABLE, GATEWAY_FAILED when it is that of another log, and what the gateway
   * refuses with.
   * @param folder DATA
   */
  static async open(
    connection: GatewayConnection,
    folder: string,
    onLeft: OnLeft = () => {},
  ): Promise<RemoteDoor> {
    const layout = dataLayout(folder);
    const { logId } = await readConfig(layout.config);
    if ((await readStanding(connection)).logId !== logId) {
      throw gatewayFailed('the gateway that answers is that of another log');
    }
    return new RemoteDoor(connection, layout, onLeft);
  }

  get folder(): string {
    return this.#layout.folder;
  }

  async standing(): Promise<Standing> {
    const { counts, delay } = await readStanding(this.#connection);
    return delay === undefined
      ? { counts }
      : { counts, delay: namedError(delay.code, delay.message) };
  }

  async accept(submission: AccessSubmission): Promise<Pick<Accepted, 'leafHash' | 'duplicate'>> {
    const body = submission as unknown as JsonValue;
    const path = '/operator/v1/access-events';
    const { requestId } = submission.source;
    const repeat = requestId === undefined ? undefined : 'harmless';
    const answer = await this.#connection.json('POST', path, body, undefined, repeat);
    const { leafHash, duplicate } = received<{ leafHash: string; duplicate: boolean }>(
      ACCEPTED,
      answer,
    );
    return { leafHash: decodeHex(leafHash, 'leaf hash', HASH_BYTES), duplicate };
  }

  importAccess(lines: AsyncIterable<JsonLine>): AsyncGenerator<ImportOutcome> {
    return importThrough(this.#connection, lines);
  }

  anchor(options: AnchorOptions): Anchor {
    return (batches) => ingestThrough(this.#connection, options, batches);
  }

  async waitProven(waitMs: number): Promise<boolean> {
    const body = { json: { waitMs }, repeat: 'harmless' } as const;
    const rows = this.#connection.rows('POST', '/operator/v1/proven', body);
    return received<{ isProven: boolean }>(WAITED, await endOf(rows)).isProven;
  }

  async receipt(wanted: WantedReceipt): Promise<Uint8Array> {
    const bytes = await this.#evidence('/operator/v1/receipts', { ...wanted });
    return evidence(() => formatReceipt(parseReceipt(bytes)));
  }

  async history(query: HistoryQuery): Promise<History> {
    const bytes = await this.#evidence('/operator/v1/histories', { ...query } as JsonValue);
    return evidence(() => parseHistory(bytes));
  }

  trustFile(): Promise<Uint8Array> {
    return this.#connection.bytes('GET', '/v1/log/trust');
  }

  async recordKey(): Promise<Uint8Array> {
    return (await readLogKeys(this.#layout.keys)).secrets.recordKey;
  }

  /** The gateway tells of its feed itself: metrics, readiness, doctor. */
  checkCounted(): Promise<void> {
    return Promise.resolve();
  }

  /** Not in DATA/run, which is the gateway's. */
  async scratch(): Promise<string> {
    this.#scratch ??= await newScratch();
    return this.#scratch;
  }

  async close(): Promise<void> {
    this.#connection.close();
    const scratch = this.#scratch;
    if (scratch !== undefined) await cleanUp(() => removeStaging(scratch), this.#onLeft);
  }

  #evidence(path: string, body: JsonValue): Promise<Uint8Array> {
    return this.#connection.bytes('POST', path, body, MAX_JSON_BYTES, 'harmless');
  }
}
