// What the configuration says of the systems that send FHIR: whose patients their references
// mean, which purposes their local codes stand for, and what their events leave out.
import type { PatientIdentifier } from '../../chaincode/core/patient-id.js';

/** Patients of one server: `Patient/123` there stands for the identifier `123` of `system`. */
export interface PatientReferences {
  /** Base address of the server; left out for relative references. */
  readonly base?: string;
  readonly system: string;
}

/** One sender. Tokens are `system|code`, or `|code` for codes without a system. */
export interface FhirSource {
  /** All of them must fit; left out in the row for everybody else. */
  readonly match?: {
    /** Token of `source.observer.identifier`, or the text of its reference or display. */
    readonly observer?: string;
    /** `source.site`. */
    readonly site?: string;
  };
  /** Becomes `source.system`. */
  readonly system: string;
  readonly organisation?: string;
  readonly unit?: string;
  readonly category?: string;
  readonly patientReferences: readonly PatientReferences[];
  /** Codes of v3-ActReason by local token. */
  readonly purposes: Readonly<Record<string, string>>;
  /** Local tokens that mean an emergency override. */
  readonly breakGlass: readonly string[];
  /** What people read, by token or text of the role. */
  readonly roles: Readonly<Record<string, string>>;
  /** What becomes of an event about no patient; it is refused when this is left out. */
  readonly withoutPatient?: 'refuse' | 'count';
}

export interface FhirSources {
  readonly sources: readonly FhirSource[];
  /** Of events that name none, from sources without a row of their own. */
  readonly organisation?: string;
}

export const NO_SOURCES: FhirSources = { sources: [] };

/** A literal reference in its parts. */
export interface LiteralReference {
  /** Without a slash at the end; left out of relative references. */
  readonly base?: string;
  readonly type: string;
  readonly id: string;
}

const LITERAL =
  /^(?:(https?:\/\/[^\s?#]+?)\/)?([A-Z][A-Za-z]{0,63})\/([A-Za-z0-9.-]{1,64})(?:\/_history\/[A-Za-z0-9.-]{1,64})?$/;

/** undefined for what is no `[base/]Type/id[/_history/version]`. */
export function findLiteral(reference: string): LiteralReference | undefined {
  // No reference is that long; the pattern should not walk what is none.
  if (reference.length > 2048) return undefined;
  const found = LITERAL.exec(reference);
  if (found === null) return undefined;
  const [, base, type, id] = found as unknown as [string, string | undefined, string, string];
  return { ...(base === undefined ? {} : { base }), type, id };
}

const bare = (base: string | undefined) => base?.replace(/\/+$/, '');

/** Whom a reference to a Patient means, by the table of one source. */
export function patientOfReference(
  rows: readonly PatientReferences[],
  reference: string,
): PatientIdentifier | undefined {
  const literal = findLiteral(reference);
  if (literal?.type !== 'Patient') return undefined;
  const row = rows.find(({ base }) => bare(base) === literal.base);
  return row && { system: row.system, value: literal.id };
}

/** Whom a reference may mean, by the tables of all sources: each identifier once. */
export function patientsOfReference(
  { sources }: FhirSources,
  reference: string,
): readonly PatientIdentifier[] {
  const found = sources.flatMap(({ patientReferences }) => {
    const patient = patientOfReference(patientReferences, reference);
    return patient === undefined ? [] : [patient];
  });
  return found.filter(
    ({ system, value }, at) =>
      found.findIndex((other) => other.system === system && other.value === value) === at,
  );
}

/** Where a row stands in the configuration, and the row; undefined when none is for this one. */
export function findSource(
  { sources }: FhirSources,
  observers: readonly string[],
  site: string | undefined,
): { readonly source: FhirSource; readonly member: string } | undefined {
  const isFor = ({ match }: FhirSource) =>
    match !== undefined &&
    (match.observer === undefined || observers.includes(match.observer)) &&
    (match.site === undefined || match.site === site);
  const own = sources.findIndex(isFor);
  const at = own >= 0 ? own : sources.findIndex(({ match }) => match === undefined);
  const source = sources[at];
  return source && { source, member: `fhir.sources[${at}]` };
}
