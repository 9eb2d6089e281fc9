// Labels of patients whom the store may not know: looked up, and where many are new derived by
// threads of their own, from the moment when somebody submits an event of theirs.
import type { PatientIdentifier } from '../../../chaincode/core/patient-id.js';
import { patientLabelKey } from '../../store/keys.js';
import { parseLabelRow } from '../../store/rows.js';
import type { Store } from '../../store/store.js';
import { BoundedMap } from '../bounded-map.js';
import type { Labels, LogContext } from '../log-context.js';
import { LabelThreads } from './label-thread.js';

/** A thread takes as long to start as this many labels to derive. */
const WORTH_A_THREAD = 32;
const KNOWN_PATIENTS = 16_384;

export interface PatientLabel {
  readonly label: Uint8Array;
  /** SHA-256 of the VRF input, for the rows that a new patient gets. */
  readonly digest: Uint8Array;
  /** Whether the store has rows of the patient. */
  readonly isStored: boolean;
}

interface Wanted {
  readonly name: string;
  readonly alpha: Uint8Array;
  readonly digest: Uint8Array;
}

export const patientName = ({ system, value }: PatientIdentifier) => `${system}\0${value}`;

export class NewPatients {
  readonly #store: Store;
  readonly #context: LogContext;
  readonly #labels: Labels;
  readonly #derived = new BoundedMap<string, PatientLabel>(KNOWN_PATIENTS);
  /** Patients on whose labels the threads are at work. */
  readonly #pending = new Map<string, Promise<void>>();
  #wanted: Wanted[] = [];
  /** Until the labels of those that are wanted now are derived. */
  #begun: Promise<void> = Promise.resolve();
  #threads: LabelThreads | undefined;
  #fault: { readonly error: unknown } | undefined;

  constructor(store: Store, context: LogContext, labels: Labels) {
    this.#store = store;
    this.#context = context;
    this.#labels = labels;
  }

  /** Tells that the label is going to be needed. An identifier at fault is left to {@link find}. */
  expect(patient: PatientIdentifier): void {
    const name = patientName(patient);
    if (this.#pending.has(name) || this.#derived.get(name) !== undefined) return;
    const wanted = this.#findWanted(name, patient);
    if (wanted === undefined) return;
    // Of all that are expected in one turn at once. Who asks before it has begun waits for it too.
    if (this.#wanted.length === 0) this.#begun = Promise.resolve().then(() => this.#begin());
    this.#wanted.push(wanted);
    this.#pending.set(name, this.#begun);
  }

  /**
   * Resolves when no label that was expected of these patients is still being derived.
   * Rejects with LOG_STOPPED when a thread is lost.
   */
  async ready(patients: Iterable<PatientIdentifier>): Promise<void> {
    if (this.#pending.size > 0) {
      const pending = new Set<Promise<void>>();
      for (const patient of patients) {
        const wait = this.#pending.get(patientName(patient));
        if (wait !== undefined) pending.add(wait);
      }
      await Promise.all(pending);
    }
    if (this.#fault !== undefined) throw this.#fault.error;
  }

  /** The patient's label, derived now if need be. Throws PATIENT_NOT_NORMAL. */
  find(patient: PatientIdentifier): PatientLabel {
    const name = patientName(patient);
    const known = this.#derived.get(name);
    if (known !== undefined) return known;
    const { alpha, digest } = this.#labels.patientInput(patient);
    const label = this.#findStored(digest);
    const found: PatientLabel =
      label === undefined
        ? { label: this.#labels.fromAlpha(alpha), digest, isStored: false }
        : { label, digest, isStored: true };
    this.#derived.set(name, found);
    return found;
  }

  async close(): Promise<void> {
    await this.#threads?.close();
  }

  /** What is to be derived; undefined when the store has it, or when this is for find() to tell. */
  #findWanted(name: string, patient: PatientIdentifier): Wanted | undefined {
    try {
      const { alpha, digest } = this.#labels.patientInput(patient);
      const label = this.#findStored(digest);
      if (label === undefined) return { name, alpha, digest };
      this.#derived.set(name, { label, digest, isStored: true });
      return undefined;
    } catch {
      // find() meets it again, where the one submission that is at fault hears of it.
      return undefined;
    }
  }

  #findStored(digest: Uint8Array): Uint8Array | undefined {
    const row = this.#store.db.find(patientLabelKey(digest));
    return row === undefined ? undefined : parseLabelRow(row);
  }

  async #begin(): Promise<void> {
    const wanted = this.#wanted;
    this.#wanted = [];
    if (this.#threads === undefined && wanted.length < WORTH_A_THREAD) {
      for (const { name } of wanted) this.#pending.delete(name);
      return;
    }
    this.#threads ??= new LabelThreads({ vrfKey: this.#context.secrets.vrfKey });
    await this.#derive(this.#threads, wanted);
  }

  /** Never rejects: who waits for a label hears of the fault. */
  async #derive(threads: LabelThreads, wanted: readonly Wanted[]): Promise<void> {
    try {
      const labels = await threads.labels(wanted.map(({ alpha }) => alpha));
      wanted.forEach(({ name, digest }, at) => {
        this.#derived.set(name, { label: labels[at] as Uint8Array, digest, isStored: false });
      });
    } catch (error) {
      this.#fault = { error };
    }
    for (const { name } of wanted) this.#pending.delete(name);
  }
}
