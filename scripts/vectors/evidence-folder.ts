// One folder of receipts and histories: files, trust files, and cases.json with what each gives.
import { canonicalBytes } from '../../chaincode/core/canonical-json.js';
import { formatTrustFile, parseTrustFile, type TrustFile } from '../../gateway/evidence/trust.js';
import {
  type EvidenceCase,
  type EvidenceQuestion,
  judgeCase,
} from '../../test/support/evidence-cases.js';

type Kind = EvidenceCase['kind'];

export class EvidenceFolder {
  readonly cases: EvidenceCase[] = [];
  readonly #path: string;
  readonly #files = new Map<string, Uint8Array>();

  /** @param path below test/vectors */
  constructor(path: string) {
    this.#path = path;
  }

  addTrust(name: string, file: TrustFile): void {
    this.#put(`${name}.trust.json`, formatTrustFile(file));
  }

  /** @param file bytes as they are, or a value to be written canonically */
  addFile(kind: Kind, name: string, file: object | Uint8Array): Uint8Array {
    const bytes = file instanceof Uint8Array ? file : canonicalBytes(file);
    this.#put(`${name}.${kind}.json`, bytes);
    return bytes;
  }

  /** @param text of a consistency proof */
  addConsistency(name: string, text: string): void {
    this.#put(`${name}.consistency.txt`, Buffer.from(text));
  }

  /** All files with cases.json; the codes of steps in the cases, or apart in codes.json. */
  finish(codes: 'within' | 'apart'): Map<string, Uint8Array> {
    const found = this.cases.map((one) => this.#codesOf(one));
    const write = (name: string, value: object) =>
      this.#put(name, Buffer.from(`${JSON.stringify(value, null, 2)}\n`));
    if (codes === 'apart') {
      const named = this.cases.map(({ kind, name }, at) => [`${name}.${kind}`, found[at]]);
      const faulty = named.filter(([, one]) => Object.keys(one ?? {}).length > 0);
      write('codes.json', Object.fromEntries(faulty));
      write('cases.json', this.cases);
    } else {
      write(
        'cases.json',
        this.cases.map((one, at) => ({ ...one, codes: one.codes ?? found[at] })),
      );
    }
    return this.#files;
  }

  /** The codes that the verifier gives today; later ones must give them too. */
  #codesOf(asked: EvidenceQuestion): Record<string, string> {
    const file = this.#read(`${asked.name}.${asked.kind}.json`);
    const trust = parseTrustFile(this.#read(`${asked.trust}.trust.json`));
    const proofs = (asked.consistency ?? []).map((name) =>
      Buffer.from(this.#read(`${name}.consistency.txt`)).toString(),
    );
    const { steps } = judgeCase(asked, file, trust, proofs);
    return Object.fromEntries(
      steps.flatMap(({ step, code }) => (code === undefined ? [] : [[step, code]])),
    );
  }

  #put(name: string, bytes: Uint8Array): void {
    const path = `${this.#path}/${name}`;
    if (this.#files.has(path)) throw new Error(`${path} is made twice`);
    this.#files.set(path, bytes);
  }

  #read(name: string): Uint8Array {
    const bytes = this.#files.get(`${this.#path}/${name}`);
    if (bytes === undefined) throw new Error(`${name} is not there`);
    return bytes;
  }
}
