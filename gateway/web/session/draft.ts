// Texts that a person has not sent yet, kept in this tab of the browser: they outlive a session
// that ends and a server that is away, and are nobody else's.
import { encodeHex, utf8 } from '../../../chaincode/core/bytes.js';
import { canonicalJson } from '../../../chaincode/core/canonical-json.js';
import { sha256 } from '../../../chaincode/core/hash.js';
import type { Caller } from './api.js';
import { forget, keep, keptNames, PREFIX, readKept } from './kept.js';

export interface Draft {
  readonly text: string;
  /** Idempotency-Key under which it is sent, however often. */
  readonly key: string;
}

const KEY_BYTES = 16;

export const newKey = (): string => encodeHex(crypto.getRandomValues(new Uint8Array(KEY_BYTES)));

/** With what the names of one person's texts begin. */
function prefixOf({ id, patient }: Caller): string {
  const owner = canonicalJson({ id, patient: patient === undefined ? null : { ...patient } });
  return `${PREFIX}${encodeHex(sha256(utf8(owner))).slice(0, 32)}:`;
}

/** Forgets what somebody else left in this tab. */
export function forgetOthers(caller: Caller): void {
  const own = prefixOf(caller);
  for (const name of keptNames()) if (!name.startsWith(own)) forget(name);
}

/** What one person has not sent yet. */
export class Drafts {
  readonly #own: string;

  constructor(caller: Caller) {
    this.#own = prefixOf(caller);
  }

  /** Names of the texts that are kept and not empty. */
  get names(): string[] {
    return keptNames()
      .flatMap((name) => (name.startsWith(this.#own) ? [name.slice(this.#own.length)] : []))
      .filter((name) => this.find(name)?.text.trim() !== '');
  }

  find(name: string): Draft | undefined {
    const kept = readKept(this.#own + name);
    return kept === undefined ? undefined : (JSON.parse(kept) as Draft);
  }

  keep(name: string, { text, key }: Draft): void {
    keep(this.#own + name, JSON.stringify({ text, key }));
  }

  drop(name: string): void {
    forget(this.#own + name);
  }
}
