// Senders of FHIR in the configuration: what the types of members cannot say, and what the mapping
// takes from there.
import type { FhirSource, FhirSources } from '../fhir/sources.js';
import type { GatewayConfig } from './config-shape.js';

type Row = GatewayConfig['fhir']['sources'][number];

/** What is wrong with the base address of a server of patients. */
function baseFault(base: string): string | undefined {
  const url = URL.canParse(base) ? new URL(base) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    return 'must be an address that begins with http:// or https://';
  }
  return /[?#]/.test(base) ? 'must have no query' : undefined;
}

function rowFaults({ match, patientReferences }: Row, member: string): string[] {
  const faults: string[] = [];
  if (match !== undefined && match.observer === undefined && match.site === undefined) {
    faults.push(`${member}.match must have observer or site; without match the row is for all`);
  }
  const bases = patientReferences.map(({ base }) => base?.replace(/\/+$/, ''));
  patientReferences.forEach(({ base }, at) => {
    const place = `${member}.patientReferences[${at}]`;
    const fault = base === undefined ? undefined : baseFault(base);
    if (fault !== undefined) faults.push(`${place}.base ${fault}`);
    if (bases.indexOf(bases[at]) < at) faults.push(`${place} has the base of another row`);
  });
  return faults;
}

/** One line for each fault, beginning with the member. */
export function fhirFaults({ fhir }: GatewayConfig): string[] {
  const keys = fhir.sources.map(({ match }) =>
    match === undefined ? '' : JSON.stringify([match.observer, match.site]),
  );
  return fhir.sources.flatMap((row, at) => {
    const member = `fhir.sources[${at}]`;
    const isSecond = keys.indexOf(keys[at] as string) < at;
    const what = row.match === undefined ? 'is a second row without match' : 'matches as another';
    return [...rowFaults(row, member), ...(isSecond ? [`${member} ${what}`] : [])];
  });
}

/** @param organisation of events that name none, where their row gives none */
export function fhirSources(fhir: GatewayConfig['fhir'], organisation?: string): FhirSources {
  // Members that are left out are absent, not undefined: parsed JSON holds none.
  const sources = fhir.sources as readonly FhirSource[];
  return { sources, ...(organisation === undefined ? {} : { organisation }) };
}
