// The feed of a hospital whose data folder a gateway on this machine has open.
import { decodeBase64, encodeBase64 } from '../../chaincode/core/bytes.js';
import type { JsonObject, JsonValue } from '../../chaincode/core/json.js';
import { MAX_JSON_BYTES } from '../../chaincode/core/limits.js';
import type { FeedDoor, RefusedEvent } from '../services/door/feed-door.js';
import type { AcceptedEvent, AuditOutcome, PlacedItem } from '../services/feed/audit-import.js';
import type { FailedPage } from '../services/feed/failed-report.js';
import { MAX_PAGE_FAILED, MAX_PAGE_LETTERS } from '../services/feed/limits.js';
import type { ReplayOutcome, WantedLetters } from '../services/feed/replay.js';
import type { FeedReport, RefusedPage, RefusedReport } from '../services/feed/report.js';
import type { GatewayConnection } from './connection.js';
import { gatewayFailed, namedError } from './refusal.js';
import { gathered } from './remote-import.js';
import { faultOf, received, type WireFault } from './wire.js';
import {
  AUDIT_ITEM_OUTCOME,
  FAILED_PAGE,
  FEED_REPORT,
  REFUSED_EVENT,
  REFUSED_PAGE,
  REPLAYED_ROW,
} from './wire-feed.js';

interface OutcomeRow extends Partial<AcceptedEvent> {
  readonly error?: WireFault;
}

/** What became of an event. Throws GATEWAY_FAILED. */
function endOf({ leafHashes, duplicate, error }: OutcomeRow) {
  if (error !== undefined) return { error: namedError(error.code, error.message) };
  if (leafHashes === undefined || duplicate === undefined) {
    throw gatewayFailed('the gateway left open what became of an event');
  }
  return { leafHashes, duplicate };
}

function rowOf({ number, item }: PlacedItem): JsonObject {
  if ('error' in item) return { number, error: { ...faultOf(item.error) } };
  const { bytes, mediaType, profile } = item;
  const content = encodeBase64(bytes);
  return { number, content, mediaType, ...(profile === undefined ? {} : { profile }) };
}

async function* rowsOf(items: AsyncIterable<PlacedItem>): AsyncGenerator<JsonObject[], void> {
  for await (const some of gathered(items)) yield some.map(rowOf);
}

export class RemoteFeedDoor implements FeedDoor {
  readonly #connection: GatewayConnection;

  constructor(connection: GatewayConnection) {
    this.#connection = connection;
  }

  async status(): Promise<FeedReport> {
    return received<FeedReport>(FEED_REPORT, await this.#json('/v1/feeds'));
  }

  async refused(from: number, limit = MAX_PAGE_LETTERS): Promise<RefusedPage> {
    const path = `/v1/feeds/refused?from=${from}&limit=${limit}`;
    return received<RefusedPage>(REFUSED_PAGE, await this.#json(path));
  }

  async refusedEvent(id: number): Promise<RefusedEvent> {
    const answer = await this.#json(`/v1/feeds/refused/${id}`);
    const { content, ...facts } = received<RefusedReport & { content: string }>(
      REFUSED_EVENT,
      answer,
    );
    return { ...facts, bytes: decodeBase64(content, 'refused event') };
  }

  async failed(from: number): Promise<FailedPage> {
    const cursor = from === 0 ? '' : `&cursor=${from}`;
    const path = `/v1/archive/failed?limit=${MAX_PAGE_FAILED}${cursor}`;
    return received<FailedPage>(FAILED_PAGE, await this.#json(path));
  }

  async *replay(wanted: WantedLetters): AsyncGenerator<ReplayOutcome> {
    const json = wanted === 'all' ? {} : { ids: [...wanted] };
    for await (const rows of this.#connection.rows('POST', '/operator/v1/feed/replay', { json })) {
      for (const row of rows) {
        const one = received<OutcomeRow & { id: number }>(REPLAYED_ROW, row);
        yield { id: one.id, ...endOf(one) };
      }
    }
  }

  async discard(id: number): Promise<void> {
    await this.#connection.json('POST', '/operator/v1/feed/discard', { id });
  }

  async *importAudit(items: AsyncIterable<PlacedItem>): AsyncGenerator<AuditOutcome> {
    const path = '/operator/v1/audit-events/import';
    for await (const rows of this.#connection.rows('POST', path, { rows: rowsOf(items) })) {
      for (const row of rows) {
        const one = received<OutcomeRow & { number: number; aside?: number }>(
          AUDIT_ITEM_OUTCOME,
          row,
        );
        const aside = one.aside === undefined ? {} : { aside: one.aside };
        yield { number: one.number, ...endOf(one), ...aside };
      }
    }
  }

  #json(path: string): Promise<Record<string, JsonValue>> {
    return this.#connection.json('GET', path, undefined, MAX_JSON_BYTES);
  }
}
