// The events and faults of test/vectors/fhir, ready to be read.
import type { JsonObject, JsonValue } from '../../chaincode/core/json.js';
import type { FhirSources } from '../../gateway/fhir/sources.js';
import type { AccessSubmission } from '../../gateway/services/submission.js';
import { readVectors } from '../support/vectors.js';

export interface EventCase {
  readonly name: string;
  readonly about: string;
  readonly resource: JsonObject;
  /** Without the digest of the evidence. */
  readonly expect: readonly AccessSubmission[];
}

interface HostileCase {
  readonly name: string;
  readonly event: string;
  readonly change: Readonly<Record<string, JsonValue>>;
  readonly code: string;
  readonly expression: string;
}

interface Events extends FhirSources {
  readonly cases: readonly EventCase[];
}

const events = readVectors<Events>('fhir/events.json');
const { cases: hostile } = readVectors<{ cases: readonly HostileCase[] }>('fhir/hostile.json');

export const SOURCES: FhirSources = { sources: events.sources.map(withDefaults) };
export const EVENTS: readonly EventCase[] = events.cases;
export const EVIDENCE = 'e'.repeat(64);

function withDefaults(source: FhirSources['sources'][number]) {
  return { ...{ patientReferences: [], purposes: {}, breakGlass: [], roles: {} }, ...source };
}

export function eventNamed(name: string): EventCase {
  const found = EVENTS.find((one) => one.name === name);
  if (found === undefined) throw new RangeError(`no event is called ${name}`);
  return found;
}

function changeMember(of: unknown, [name = '', ...rest]: readonly string[], to: JsonValue): void {
  const holder = of as Record<string, JsonValue>;
  if (rest.length > 0) {
    changeMember(holder[name], rest, to);
  } else if (to !== null) {
    holder[name] = to === 'null' ? null : to;
  } else if (Array.isArray(of)) {
    of.splice(Number(name), 1);
  } else {
    delete holder[name];
  }
}

/** The hostile cases with their events changed. */
export const HOSTILE = hostile.map(({ name, event, change, code, expression }) => {
  const resource: JsonObject = structuredClone(eventNamed(event).resource);
  for (const [path, value] of Object.entries(change)) {
    changeMember(resource, path.split('.'), value);
  }
  return { name, resource, code, expression };
});
