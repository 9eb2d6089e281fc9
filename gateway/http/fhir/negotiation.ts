// What a FHIR client wants of an answer: the format, what a write returns, how strictly a search
// is taken (FHIR R4, http.html sections 3.1.0.1.9 to 3.1.0.1.11; RFC 7240).
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { oneOf, text } from '../../../chaincode/core/shape.js';
import type { ApiRequest, Parameter } from '../route.js';

/** A plus sign that was not encoded reads as a space. */
export const FORMATS: readonly string[] = [
  'json',
  'application/json',
  'application/fhir+json',
  'application/fhir json',
];

export const FORMAT: Parameter = {
  in: 'query',
  name: '_format',
  description: 'JSON is the only format.',
  shape: oneOf(FORMATS),
};

export const PRETTY: Parameter = {
  in: 'query',
  name: '_pretty',
  description: 'Taken and not followed.',
  shape: oneOf(['true', 'false']),
};

const anyText = text({ min: 0, max: 1024 });

export const ACCEPT: Parameter = {
  in: 'header',
  name: 'Accept',
  description: 'Must take JSON, else 406.',
  shape: anyText,
};

export const PREFER_HEADER: Parameter = {
  in: 'header',
  name: 'Prefer',
  description:
    '`return=minimal`, `return=representation` or `return=OperationOutcome`; for a search `handling=lenient` passes over parameters that are not known. What cannot be read is passed over.',
  shape: anyText,
};

export const IF_NONE_EXIST: Parameter = {
  in: 'header',
  name: 'If-None-Exist',
  description: 'Refused: an event that comes again is known again without it.',
  shape: anyText,
};

const MEDIA_RANGE = /^\s*([^;\s]+)\s*((?:;[^;]*)*)$/;
const TAKEN = new Set(['*/*', 'application/*', 'application/json', 'application/fhir+json']);
const isNothing = (parameters: string) => /;\s*q\s*=\s*0(?:\.0{0,3})?\s*(?:;|$)/i.test(parameters);

/** Throws NOT_ACCEPTABLE. */
export function checkAccept({ values }: ApiRequest): void {
  const accept = String(values['Accept'] ?? '').trim();
  if (accept === '' || values['_format'] !== undefined) return;
  const isTaken = accept.split(',').some((range) => {
    const [, type = '', parameters = ''] = MEDIA_RANGE.exec(range) ?? [];
    return TAKEN.has(type.toLowerCase()) && !isNothing(parameters);
  });
  if (!isTaken) throw new ChartsealError('NOT_ACCEPTABLE', 'answers are application/fhir+json');
}

export type Return = 'minimal' | 'representation' | 'OperationOutcome';

function preferences({ values }: ApiRequest): string[] {
  const given = String(values['Prefer'] ?? '').split(/[,;]/);
  return given.map((one) => one.trim().replaceAll('"', ''));
}

const RETURNS: readonly Return[] = ['minimal', 'representation', 'OperationOutcome'];

/** What a write answers; FHIR leaves to the server what it does when nothing is wanted. */
export function wantedReturn(request: ApiRequest, otherwise: Return): Return {
  const all = preferences(request);
  return RETURNS.find((one) => all.includes(`return=${one}`)) ?? otherwise;
}

export const isLenient = (request: ApiRequest): boolean =>
  preferences(request).includes('handling=lenient');

/** Throws REQUEST_CONFLICT: a condition is not held against what is known of events here. */
export function checkUnconditional({ values }: ApiRequest): void {
  if (values['If-None-Exist'] === undefined) return;
  throw new ChartsealError(
    'REQUEST_CONFLICT',
    'the header If-None-Exist is not taken: an event that comes again is known by its request id',
  );
}
