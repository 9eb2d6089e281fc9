// Everything that the mapping may take for granted where a sender leaves room. Each is a word of
// the entry; those that bend the profile are refused where the profile is to be kept.
import { refuse } from './fhir-issue.js';

interface Meaning {
  /** Whether the event departs from its IHE BALP profile there. */
  readonly bends: boolean;
  readonly about: string;
}

const bent = (about: string): Meaning => ({ bends: true, about });
const open = (about: string): Meaning => ({ bends: false, about });

export const ASSUMPTIONS = {
  'action-from-subtype': bent('action was missing, or R for a search; the subtype tells it'),
  'actor-from-client': bent('no agent was the requestor; the client acted'),
  'actor-from-text': open('the actor has no identifier and no reference; a text stands for it'),
  'category-from-configuration': open('no entity tells the category; the configuration does'),
  'category-missing': open('no entity and no configuration tells the category'),
  'client-unclear': bent('several agents may be the client; none was taken'),
  'kind-missing': bent('type had no code'),
  'network-type-missing': open('an agent had an address without its type'),
  'occurred-at-from-recorded': open('no time of the event itself; when it was recorded'),
  'old-codes': bent('code systems of FHIR before R4, or none'),
  'organisation-from-configuration': open('no agent is the organisation; the configuration is'),
  'other-agents-left-out': open('agents whose part is not clear are in the evidence digest only'),
  'outcome-missing': bent('no outcome; the event is taken for one that succeeded'),
  'patient-from-data': bent('no entity is the patient; the resource itself is'),
  'patient-from-query': bent('no entity is the patient; the search names it'),
  'patient-role-missing': bent('the entity that is the patient has not both type and role'),
  'purpose-missing': open('no purpose of use'),
  'purposes-several': open('several purposes of use; the first was taken'),
  'request-id-missing': open('no XrequestId; a digest of the event stands for it'),
  'requestor-missing': bent('no agent was the requestor; the only user acted'),
  'rfc3881-codes': bent('codes of RFC 3881'),
  'role-missing': open('no role'),
  'roles-several': open('several roles; the first was taken'),
  'roles-swapped': bent('client and server had the codes of each other'),
  'search-left-out': open('an entity that is a search, not a reference, is no record'),
  'token-cut': bent('something looked like an access token; its last 32 characters were kept'),
} as const satisfies Readonly<Record<string, Meaning>>;

export type Assumption = keyof typeof ASSUMPTIONS;

/** Collects what was assumed about one event; with `strict`, what bends the profile is refused. */
export class Assumed {
  readonly #words = new Set<string>();
  readonly #strict: boolean;

  constructor(strict: boolean) {
    this.#strict = strict;
  }

  add(word: Assumption, expression: string): void {
    const { bends, about } = ASSUMPTIONS[word];
    if (bends && this.#strict)
      refuse('invariant', expression, `not as the profile has it: ${about}`);
    this.#words.add(word);
  }

  /** Words that an event written by Chartseal brings along. */
  restore(words: readonly string[]): void {
    for (const word of words) if (Object.hasOwn(ASSUMPTIONS, word)) this.#words.add(word);
  }

  has(word: Assumption): boolean {
    return this.#words.has(word);
  }

  /** In the order of the alphabet. */
  words(): readonly string[] {
    return [...this.#words].sort();
  }
}
