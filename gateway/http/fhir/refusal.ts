// Where FHIR is spoken, and how refusals look there: an OperationOutcome with the code of the one
// table of errors, under the status that it has everywhere.
import type { Resource } from 'fhir/r4';
import type { ChartsealError } from '../../../chaincode/core/errors.js';
import type { JsonObject } from '../../../chaincode/core/json.js';
import { outcomeOfError } from '../../fhir/operation-outcome.js';
import type { ApiAnswer } from '../route.js';

export const FHIR_PATH = '/fhir';
export const FHIR_TYPE = 'application/fhir+json; charset=utf-8';

/** Whether a path, with or without a query, is one of FHIR's; also where there is no route. */
export function isFhirTarget(target: string): boolean {
  return /^\/fhir(?:[/?]|$)/.test(target);
}

/** A resource as the body of an answer; members that are undefined are left out. */
export function fhirBody(resource: Resource): Pick<ApiAnswer, 'type' | 'body'> {
  return { type: FHIR_TYPE, body: resource as unknown as JsonObject };
}

export function fhirRefusal(refusal: ChartsealError): Pick<ApiAnswer, 'type' | 'body'> {
  return fhirBody(outcomeOfError(refusal));
}
