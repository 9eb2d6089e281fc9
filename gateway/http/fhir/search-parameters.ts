// The parameters of a search as the OpenAPI document has them: each pattern tells values that are
// taken; what reads them (search-query) takes some more.
import { integer, object, oneOf, type Shape, text } from '../../../chaincode/core/shape.js';
import type { Parameter } from '../route.js';
import { SEALED } from '../sealed.js';
import { FORMAT, PRETTY } from './negotiation.js';
import { MAX_COUNT } from './search-query.js';

/** Letters and digits of many scripts, each of which has one form alone in Unicode. */
const LETTER =
  '[A-Za-z0-9\\u00c0-\\u00d6\\u00d8-\\u00f6\\u00f8-\\u017f\\u0391-\\u03a1\\u03a3-\\u03a9\\u03b1-\\u03c9\\u0410-\\u044f\\u05d0-\\u05ea\\u0627-\\u063a\\u3041-\\u3096\\u30a1-\\u30fa\\u4e00-\\u9fa5\\uac00-\\ud7a3]';
const INSIDE = `(?:${LETTER}|[-._~:/#@+ ])`;
const PART = `${LETTER}(?:${INSIDE}{0,62}${LETTER})?`;

const bounded = (pattern: string): Shape =>
  text({ min: 1, max: 512, pattern: new RegExp(`^${pattern}$`) });

const IDENTIFIER = bounded(`${PART}\\|${PART}`);
const TOKEN = bounded(`(?:${PART}\\|)?${PART}`);
const REFERENCE = bounded('(?:https://[a-z0-9.]{1,60}/)?[A-Z][A-Za-z]{1,30}/[A-Za-z0-9.-]{1,64}');

const YEAR = '(?:19|[2-9][0-9])[0-9]{2}';
const MONTH = '(?:0[1-9]|1[0-2])';
const DAY = `(?:${MONTH}-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)`;
const ZONE = '(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9])';
const CLOCK = `(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\\.[0-9]{1,9})?)?${ZONE}`;
const DATE = bounded(`(?:eq|ge|gt|le|lt)?${YEAR}(?:-(?:${MONTH}|${DAY}(?:T${CLOCK})?))?`);

interface Row {
  readonly shape: Shape;
  readonly description: string;
}

const ROWS: Readonly<Record<string, Row>> = {
  patient: {
    shape: bounded('Patient/[A-Za-z0-9.-]{1,64}'),
    description: 'A reference that the configuration has an identifier system for.',
  },
  'patient:identifier': { shape: IDENTIFIER, description: 'As patient.identifier.' },
  'patient.identifier': {
    shape: IDENTIFIER,
    description: 'The patient, as system|value; not together with patient.',
  },
  date: {
    shape: DATE,
    description: 'When it happened, with eq, ge, gt, le or lt before it; may stand several times.',
  },
  agent: { shape: REFERENCE, description: 'Who, as a reference.' },
  'agent:identifier': { shape: TOKEN, description: 'As agent.identifier.' },
  'agent.identifier': { shape: TOKEN, description: 'Who, as [system|]value.' },
  'agent-name': { shape: bounded(PART), description: 'How the name of somebody begins.' },
  entity: { shape: REFERENCE, description: 'What, as a reference.' },
  action: { shape: oneOf(['C', 'R', 'U', 'D', 'E']), description: 'What was done.' },
  outcome: { shape: oneOf(['0', '4', '8', '12']), description: 'Whether it succeeded.' },
  type: { shape: TOKEN, description: 'The kind of event, as [system|]code.' },
  subtype: { shape: TOKEN, description: 'More of the kind, as [system|]code.' },
  _count: {
    shape: integer({ min: 1, max: MAX_COUNT }),
    description: 'Events of one page; fewer may come.',
  },
};

export const SEARCH_PARAMETERS: readonly Parameter[] = [
  ...Object.entries(ROWS).map(
    ([name, { shape, description }]): Parameter => ({ in: 'query', name, description, shape }),
  ),
  {
    in: 'query',
    name: '_cursor',
    description: 'Of the link next of the page before; goes with _count alone.',
    shape: SEALED,
  },
  FORMAT,
  PRETTY,
];

/** The same as members of a form, each of them once. */
export const SEARCH_FORM = object(
  Object.fromEntries(Object.entries(ROWS).map(([name, { shape }]) => [`${name}?`, shape])),
);
