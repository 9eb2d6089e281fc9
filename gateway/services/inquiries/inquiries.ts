// Inquiries: patients ask about what stands in their files, the hospital answers. Whatever concerns
// one patient is checked and accepted one after the other, so that what is checked still holds when
// it is accepted: this process is the only one that writes to the log.
import { randomUUID } from 'node:crypto';
import { decodeHex, encodeHex, equalBytes, utf8 } from '../../../chaincode/core/bytes.js';
import { canonicalJson } from '../../../chaincode/core/canonical-json.js';
import type { Actor, Source } from '../../../chaincode/core/entry.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { sha256 } from '../../../chaincode/core/hash.js';
import { parseLeaf } from '../../../chaincode/core/leaf.js';
import { HASH_BYTES } from '../../../chaincode/core/limits.js';
import type { PatientIdentifier } from '../../../chaincode/core/patient-id.js';
import { parseTime } from '../../../chaincode/core/time.js';
import { OWN_SOURCE } from '../../evidence/own-source.js';
import { idempotencyKey } from '../../store/keys.js';
import type { Store } from '../../store/store.js';
import { Lanes } from '../lanes.js';
import { requestKey } from '../sequencer/idempotency.js';
import type { Sequencer } from '../sequencer/sequencer.js';
import type { Submission } from '../submission.js';
import { ChainThreads } from './chain-threads.js';
import type { AnswerInput, QuestionInput } from './input.js';
import { type InquiryCounts, OpenThreads } from './open-threads.js';
import { isOpen, readStep, type Thread } from './thread.js';

/** Of one patient; then the hospital answers before more is asked. */
const MAX_OPEN_INQUIRIES = 20;

/** So that nobody's question is put off for ever. */
const MAX_DUE_MS = 366 * 86_400_000;

type Threads = ReadonlyMap<string, Thread>;

export interface Question extends QuestionInput {
  readonly patient: PatientIdentifier;
  /** Until when the hospital says that it answers. */
  readonly dueAt: string;
  /** Under which the same request may come again. */
  readonly key?: string | undefined;
}

export interface Told {
  readonly thread: Thread;
  /** True when the same had come before; nothing new was written. */
  readonly duplicate: boolean;
}

const wrongState = (message: string) => new ChartsealError('INQUIRY_STATE', message);

function checkRoom(threads: Threads): void {
  const open = [...threads.values()].filter(isOpen).length;
  if (open < MAX_OPEN_INQUIRIES) return;
  const text = `${MAX_OPEN_INQUIRIES} inquiries of one patient are open: none is taken before one is answered`;
  throw new ChartsealError('TOO_MANY_INQUIRIES', text);
}

function readThread(threads: Threads, id: string): Thread {
  const thread = threads.get(id);
  if (thread !== undefined) return thread;
  throw new ChartsealError('NOT_FOUND', 'no inquiry has this id');
}

function checkAnswerable({ state }: Thread, { status, dueAt }: AnswerInput): void {
  if (dueAt !== undefined) {
    const aheadMs = parseTime(dueAt, 'dueAt') - Date.now();
    const wrong =
      aheadMs <= 0 ? 'is over already' : aheadMs > MAX_DUE_MS ? 'is more than a year away' : '';
    if (wrong !== '') throw new ChartsealError('REQUEST_CONFLICT', `dueAt ${wrong}`);
  }
  if (state === 'answered') throw wrongState('the inquiry is answered already');
  if (state === 'in-progress' && status === 'in-progress' && dueAt === undefined) {
    throw wrongState('the inquiry is in progress already; what can be new is dueAt');
  }
}

/** @param scope what the key is unique in: nobody else's request can have the same */
function sourceOf(scope: readonly string[], key: string | undefined): Required<Source> | Source {
  if (key === undefined) return { system: OWN_SOURCE, requestId: randomUUID() };
  const name = canonicalJson(['chartseal/inquiry', ...scope, key]);
  return { system: OWN_SOURCE, requestId: encodeHex(sha256(utf8(name))) };
}

export class Inquiries {
  readonly #store: Store;
  readonly #sequencer: Sequencer;
  readonly #chains: ChainThreads;
  readonly #lanes = new Lanes();
  /** What the hospital has to answer. */
  readonly open: OpenThreads;

  constructor({ store, sequencer }: { store: Store; sequencer: Sequencer }) {
    this.#store = store;
    this.#sequencer = sequencer;
    this.#chains = new ChainThreads(store);
    this.open = new OpenThreads(store, this.#chains);
  }

  /** Goes over all inquiries, so that nobody has to wait for it later. */
  begin(): void {
    // What goes wrong is told to whoever asks next.
    this.open.follow().catch(() => undefined);
  }

  /** How many the hospital has to answer, and of these later than it said. */
  counts(nowMs: number): Promise<InquiryCounts> {
    return this.open.counts(nowMs);
  }

  close(): Promise<void> {
    return this.open.close();
  }

  /**
   * A new question, durable when it resolves. Throws NOT_FOUND for `about` that is no leaf of the
   * own chain, ACT_REFUSED where there is no chain, TOO_MANY_INQUIRIES, IDEMPOTENCY_CONFLICT,
   * PATIENT_NOT_NORMAL, and the codes of accepting.
   */
  async ask({ patient, question, about, dueAt, key }: Question): Promise<Told> {
    const labelHex = this.#label(patient);
    const source = sourceOf(['ask', labelHex], key);
    const inquiry = { dueAt, ...(about === undefined ? {} : { about }), source };
    return this.#submit(labelHex, { inquiry, question, patient }, source, (threads) => {
      if (about !== undefined) this.#checkOwn(labelHex, about);
      checkRoom(threads);
    });
  }

  /** Goes on with an answered inquiry; as {@link ask}, and throws INQUIRY_STATE. */
  async appeal(id: string, { patient, question, dueAt, key }: Question): Promise<Told> {
    const labelHex = this.#label(patient);
    const source = sourceOf(['appeal', labelHex, id], key);
    const inquiry = { dueAt, appeals: id, source };
    return this.#submit(
      labelHex,
      { inquiry, question, patient },
      source,
      (threads) => {
        const { state } = readThread(threads, id);
        if (state !== 'answered') throw wrongState('the inquiry is not answered yet');
        checkRoom(threads);
      },
      id,
    );
  }

  /**
   * What the hospital says to an inquiry, durable when it resolves. Throws NOT_FOUND,
   * INQUIRY_STATE, REQUEST_CONFLICT for `dueAt` that is over, IDEMPOTENCY_CONFLICT, and the codes
   * of accepting.
   */
  async answer(id: string, input: AnswerInput, actor: Actor, key?: string): Promise<Told> {
    const { labelHex } = this.#first(id);
    const patient = this.patientOf(labelHex);
    const { outcome, dueAt, text } = input;
    const source = sourceOf(['answer', id], key);
    const answer = {
      inquiry: id,
      ...(outcome === undefined ? {} : { outcome }),
      ...(dueAt === undefined ? {} : { dueAt }),
      source,
    };
    const words = text === undefined ? {} : { text };
    return this.#submit(
      labelHex,
      { answer, actor, patient, ...words },
      source,
      (threads) => {
        checkAnswerable(readThread(threads, id), input);
      },
      id,
    );
  }

  /** Throws NOT_FOUND. */
  async read(id: string): Promise<Thread> {
    return readThread(await this.#chains.of(this.#first(id).labelHex), id);
  }

  /** All of one patient, the oldest first. Throws PATIENT_NOT_NORMAL. */
  async ofPatient(patient: PatientIdentifier): Promise<readonly Thread[]> {
    return [...(await this.#chains.of(this.#label(patient))).values()];
  }

  /** The thread that an inquiry begins; undefined for any other entry. */
  async begunBy(ordinal: number): Promise<Thread | undefined> {
    const found = readStep(this.#store.readEntry(ordinal), ordinal);
    if (found === undefined || found.carriesOn !== undefined) return undefined;
    return (await this.#chains.of(found.labelHex)).get(found.step.leafHash);
  }

  /** Whose inquiry it is. Throws STORE_CORRUPT. */
  patientOf(labelHex: string): PatientIdentifier {
    const patient = this.#store.findPatient(decodeHex(labelHex, 'label', HASH_BYTES));
    if (patient !== undefined) return patient;
    throw new ChartsealError('STORE_CORRUPT', 'the patient of an inquiry is gone');
  }

  #label(patient: PatientIdentifier): string {
    const { labels } = this.#sequencer;
    return encodeHex(labels.fromAlpha(labels.patientInput(patient).alpha));
  }

  /** The inquiry that begins a thread. */
  #first(id: string): { readonly labelHex: string } {
    const ordinal = this.#store.findByLeafHash(decodeHex(id, 'id', HASH_BYTES));
    const found = ordinal === undefined ? undefined : this.#stepAt(ordinal);
    if (found !== undefined && found.carriesOn === undefined) return found;
    throw new ChartsealError('NOT_FOUND', 'no inquiry has this id');
  }

  #stepAt(ordinal: number) {
    return readStep(this.#store.readEntry(ordinal), ordinal);
  }

  #checkOwn(labelHex: string, hash: string): void {
    const ordinal = this.#store.findByLeafHash(decodeHex(hash, 'about', HASH_BYTES));
    const label = decodeHex(labelHex, 'label', HASH_BYTES);
    if (ordinal !== undefined) {
      const { subject } = parseLeaf(this.#store.readEntry(ordinal).leaf);
      if (equalBytes(subject, label)) return;
    }
    throw new ChartsealError('NOT_FOUND', 'about names no entry of the own history');
  }

  /** Refused or accepted in its turn. What came before is answered as it was then. */
  #submit(
    labelHex: string,
    submission: Submission,
    source: Source,
    check: (threads: Threads) => void,
    id?: string,
  ): Promise<Told> {
    return this.#lanes.take(labelHex, async () => {
      if (!this.#isKnown(source)) check(await this.#chains.of(labelHex));
      const { leafHash, duplicate } = await this.#sequencer.accept(submission);
      const threads = await this.#chains.of(labelHex);
      return { thread: readThread(threads, id ?? encodeHex(leafHash)), duplicate };
    });
  }

  #isKnown({ system, requestId = '' }: Source): boolean {
    const key = idempotencyKey(requestKey(system, requestId));
    return this.#store.db.find(key) !== undefined;
  }
}
