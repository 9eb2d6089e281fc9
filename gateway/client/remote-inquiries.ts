// Inquiries of a hospital whose data folder a gateway on this machine has open.
import { randomUUID } from 'node:crypto';
import type { JsonValue } from '../../chaincode/core/json.js';
import { MAX_JSON_BYTES } from '../../chaincode/core/limits.js';
import type { InquiryDoor, InquiryPage, ShownInquiry } from '../services/door/inquiry-door.js';
import type { AnswerInput } from '../services/inquiries/input.js';
import { type ListedState, MAX_PAGE } from '../services/inquiries/listing.js';
import type { GatewayConnection } from './connection.js';
import { received } from './wire.js';
import { INQUIRIES, INQUIRY, READ_INQUIRY } from './wire-inquiries.js';

const PATH = '/v1/inquiries';

export class RemoteInquiryDoor implements InquiryDoor {
  readonly #connection: GatewayConnection;

  constructor(connection: GatewayConnection) {
    this.#connection = connection;
  }

  async list(state: ListedState, place?: string): Promise<InquiryPage> {
    const cursor = place === undefined ? '' : `&cursor=${encodeURIComponent(place)}`;
    const answer = await this.#json(`?state=${state}&limit=${MAX_PAGE}${cursor}`);
    return received<InquiryPage>(INQUIRIES, answer);
  }

  async read(id: string): Promise<ShownInquiry> {
    return received<ShownInquiry>(READ_INQUIRY, await this.#json(`/${encodeURIComponent(id)}`));
  }

  async answer(id: string, input: AnswerInput): Promise<ShownInquiry> {
    const path = `/${encodeURIComponent(id)}/answers`;
    const body = { ...input } as JsonValue;
    // Sent once more without it, an answer that was taken would be refused.
    const repeat = { key: randomUUID() };
    const answer = await this.#connection.json('POST', PATH + path, body, MAX_JSON_BYTES, repeat);
    return received<ShownInquiry>(INQUIRY, answer);
  }

  #json(path: string) {
    return this.#connection.json('GET', PATH + path, undefined, MAX_JSON_BYTES);
  }
}
