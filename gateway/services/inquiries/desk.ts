// Where inquiries are read and answered by people of the hospital: what each of them is shown.
import type { Actor } from '../../../chaincode/core/entry.js';
import type { JsonObject } from '../../../chaincode/core/json.js';
import type { PatientIdentifier } from '../../../chaincode/core/patient-id.js';
import type { Hospital } from '../hospital.js';
import { findEventView } from '../patient-event-view.js';
import type { AnswerInput } from './input.js';
import { listThreads, type WantedPage } from './listing.js';
import type { Thread } from './thread.js';
import { inquiryView } from './view.js';

export interface DeskOptions {
  readonly hospital: Pick<Hospital, 'store' | 'inquiries'>;
  /** Pseudonym that stands for a patient. */
  readonly nameOf: (patient: PatientIdentifier) => string;
  /** Private members that are not shown. */
  readonly withheld: readonly string[];
}

/** An inquiry after an answer. */
export interface AnsweredInquiry {
  readonly inquiry: JsonObject;
  /** True when the same answer had come before; nothing new was written. */
  readonly duplicate: boolean;
}

export class InquiryDesk {
  readonly #options: DeskOptions;

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  /** One page, `next` where it goes on, and how many are open in all. Throws NOT_FOUND. */
  async list(wanted: WantedPage): Promise<JsonObject> {
    const { hospital } = this.#options;
    const nowMs = Date.now();
    const { threads, ...rest } = await listThreads(hospital, wanted, nowMs);
    const counts = await hospital.inquiries.counts(nowMs);
    return { inquiries: threads.map((one) => this.#view(one)), ...rest, counts: { ...counts } };
  }

  /** With the entry that it asks about, where it asks about one. Throws NOT_FOUND. */
  async read(id: string): Promise<JsonObject> {
    const { hospital, withheld } = this.#options;
    const thread = await hospital.inquiries.read(id);
    const { about } = thread.steps[0];
    const event = about && findEventView(hospital.store, thread.labelHex, about, withheld);
    const view = this.#view(thread);
    return event ? { ...view, event } : view;
  }

  /** As {@link Inquiries.answer}. */
  async answer(
    id: string,
    input: AnswerInput,
    actor: Actor,
    key?: string,
  ): Promise<AnsweredInquiry> {
    const { inquiries } = this.#options.hospital;
    const { thread, duplicate } = await inquiries.answer(id, input, actor, key);
    return { inquiry: this.#view(thread), duplicate };
  }

  #view(thread: Thread): JsonObject {
    const { hospital, nameOf, withheld } = this.#options;
    const patient = nameOf(hospital.inquiries.patientOf(thread.labelHex));
    return inquiryView(hospital.store, thread, { nowMs: Date.now(), withheld, patient });
  }
}
