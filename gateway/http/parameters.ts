// Parameters of path, query and headers, read strictly: what the row of a route does not name is
// refused, and so is what stands there twice.
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { JsonValue } from '../../chaincode/core/json.js';
import { checkShape, type Shape } from '../../chaincode/core/shape.js';
import type { ApiRequest, MediaType, Parameter } from './route.js';

type Values = Record<string, string | number | boolean>;
type Given = ReadonlyMap<string, string>;

const INTEGER = /^(0|-?[1-9][0-9]{0,15})$/;
const LONE_SURROGATE = /\p{Surrogate}/u;

function bad(message: string): never {
  throw new ChartsealError('BAD_INPUT', message);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch (cause) {
    throw new ChartsealError('BAD_INPUT', 'the query is not percent-encoded UTF-8', { cause });
  }
}

/** The query of a URL, from behind its `?`. Throws BAD_INPUT. */
export function parseQuery(url: string, known: readonly Parameter[]): Given {
  const start = url.indexOf('?');
  const given = new Map<string, string>();
  if (start < 0) return given;
  const names = known.filter((one) => one.in === 'query').map(({ name }) => name);
  for (const pair of url.slice(start + 1).split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decode(equals < 0 ? pair : pair.slice(0, equals));
    if (!names.includes(name)) {
      bad(`the query has a parameter that is not known here; known: ${names.join(', ') || 'none'}`);
    }
    if (given.has(name)) bad(`the query names ${name} twice`);
    given.set(name, equals < 0 ? '' : decode(pair.slice(equals + 1)));
  }
  return given;
}

function readText(shape: Shape, text: string): JsonValue {
  if (shape.kind === 'integer') return INTEGER.test(text) ? Number(text) : text;
  if (shape.kind === 'flag') return text === 'true' || text === 'false' ? text === 'true' : text;
  return text;
}

/**
 * Checked values by name. Throws BAD_INPUT, and REQUEST_CONFLICT for what does not belong to a body
 * of this type, naming the parameter, never its value.
 * @param given text of a parameter, undefined when it was not given
 */
export function readValues(
  parameters: readonly Parameter[],
  given: (parameter: Parameter) => string | undefined,
  mediaType?: MediaType,
): ApiRequest['values'] {
  const values: Values = {};
  for (const parameter of parameters) {
    const what = `the ${parameter.in} parameter ${parameter.name}`;
    const text = given(parameter);
    if (text === undefined) {
      if (parameter.in === 'path' || parameter.required === true) bad(`${what} is missing`);
      continue;
    }
    if (parameter.onlyWith !== undefined && parameter.onlyWith !== mediaType) {
      throw new ChartsealError('REQUEST_CONFLICT', `${what} belongs to ${parameter.onlyWith}`);
    }
    if (LONE_SURROGATE.test(text)) bad(`${what} is not well-formed text`);
    const value = readText(parameter.shape, text);
    checkShape(parameter.shape, value, what);
    values[parameter.name] = value as string | number | boolean;
  }
  return values;
}
