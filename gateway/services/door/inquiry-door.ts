// What commands ask about inquiries, whoever has them open.
import { encodeHex } from '../../../chaincode/core/bytes.js';
import type { JsonObject, JsonValue } from '../../../chaincode/core/json.js';
import { pseudonym } from '../../../chaincode/core/labels.js';
import { HASH_BYTES } from '../../../chaincode/core/limits.js';
import { checkShape, hex } from '../../../chaincode/core/shape.js';
import type { Hospital } from '../hospital.js';
import { InquiryDesk } from '../inquiries/desk.js';
import { ANSWER_INPUT, type AnswerInput } from '../inquiries/input.js';
import { type ListedState, MAX_PAGE } from '../inquiries/listing.js';
import type { InquiryCounts } from '../inquiries/open-threads.js';
import type { InquiryState, Outcome } from '../inquiries/thread.js';

/** One entry of an inquiry, as people are shown it. */
export interface ShownStep {
  readonly leafHash: string;
  readonly at: string;
  readonly act: 'inquiry' | 'answer';
  readonly status?: 'in-progress' | 'answered';
  readonly appeal?: true;
  readonly outcome?: Outcome;
  readonly dueAt?: string;
  readonly text?: string;
  readonly actor?: { readonly id: string; readonly name?: string };
}

export interface ShownInquiry {
  readonly id: string;
  readonly state: InquiryState;
  readonly overdue: boolean;
  readonly askedAt: string;
  readonly dueAt: string;
  readonly about?: string;
  readonly question?: string;
  readonly patient?: string;
  readonly steps: readonly ShownStep[];
  /** The entry that it asks about. */
  readonly event?: JsonObject;
}

export interface InquiryPage {
  readonly inquiries: readonly ShownInquiry[];
  /** Where the next page begins; undefined when nothing is left. */
  readonly next?: string;
  readonly counts: InquiryCounts;
}

export interface InquiryDoor {
  list(state: ListedState, place?: string): Promise<InquiryPage>;
  /** Throws NOT_FOUND. */
  read(id: string): Promise<ShownInquiry>;
  /** Durable when it resolves. Throws NOT_FOUND, INQUIRY_STATE, REQUEST_CONFLICT, BAD_INPUT. */
  answer(id: string, input: AnswerInput): Promise<ShownInquiry>;
}

const ID = hex(HASH_BYTES);

/** A hospital that this process has open. */
export class OwnInquiryDoor implements InquiryDoor {
  readonly #desk: InquiryDesk;
  readonly #operator: string;

  constructor(hospital: Hospital, operator: string) {
    const { pseudonymKey } = hospital.context.secrets;
    this.#operator = operator;
    this.#desk = new InquiryDesk({
      hospital,
      nameOf: ({ system, value }) => encodeHex(pseudonym(pseudonymKey, system, value)),
      withheld: [],
    });
  }

  async list(state: ListedState, place?: string): Promise<InquiryPage> {
    return (await this.#desk.list({ state, limit: MAX_PAGE, place })) as unknown as InquiryPage;
  }

  async read(id: string): Promise<ShownInquiry> {
    checkShape(ID, id, 'the path parameter id');
    return (await this.#desk.read(id)) as unknown as ShownInquiry;
  }

  async answer(id: string, input: AnswerInput): Promise<ShownInquiry> {
    checkShape(ID, id, 'the path parameter id');
    checkShape(ANSWER_INPUT, input as unknown as JsonValue, 'the body');
    const { inquiry } = await this.#desk.answer(id, input, { id: this.#operator });
    return inquiry as unknown as ShownInquiry;
  }
}
