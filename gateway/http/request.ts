// What a handler is given, made from the request that Express has: checked against the row of the
// route, body read on demand.
import type { TLSSocket } from 'node:tls';
import type { Request } from 'express';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { parseJsonBytes } from '../../chaincode/core/json.js';
import { checkShape } from '../../chaincode/core/shape.js';
import { hasBody, mediaTypeOf, readBody, readWhole } from './body.js';
import { waitsForContinue } from './head.js';
import { MAX_DOCUMENT_BYTES, MAX_JSON_BODY_BYTES, type Timeouts } from './limits.js';
import { parseQuery, readValues } from './parameters.js';
import { readWait } from './prefer.js';
import type { ApiRequest, BrowserFacts, MediaType, Parameter, Route } from './route.js';

function headerText(request: Request, name: string): string | undefined {
  const value = request.headers[name.toLowerCase()];
  return Array.isArray(value) ? value.join(', ') : value;
}

/** `{+name}` takes the rest of the path as it was sent: what is spelt otherwise is not the same. */
function pathText(request: Request, name: string): string | undefined {
  const value: string | string[] | undefined = request.params[name];
  return Array.isArray(value) ? request.path.split('/').slice(-value.length).join('/') : value;
}

const NO_QUERY: ReadonlyMap<string, string> = new Map();

function valuesOf(
  route: Route,
  request: Request,
  mediaType: MediaType | undefined,
): ApiRequest['values'] {
  const parameters = route.parameters ?? [];
  const query = route.takesAnyQuery === true ? NO_QUERY : parseQuery(request.url, parameters);
  const given = ({ in: place, name }: Parameter) => {
    if (place === 'path') return pathText(request, name);
    return place === 'query' ? query.get(name) : headerText(request, name);
  };
  return readValues(parameters, given, mediaType);
}

function bodyTypeOf(route: Route, request: Request): MediaType | undefined {
  const allowed = Object.keys(route.bodies ?? {}) as MediaType[];
  if (allowed.length > 0) return mediaTypeOf(request, allowed);
  if (hasBody(request)) throw new ChartsealError('BAD_INPUT', 'this route takes no body');
  return undefined;
}

export function browserFacts(request: Request): BrowserFacts {
  const one = (name: string) => headerText(request, name);
  const [cookie, host] = [one('cookie'), one('host')];
  return { cookie, host, origin: one('origin'), site: one('sec-fetch-site') };
}

/** By which a request came here. Host was checked with the head; HTTP/1.0 has none. */
export function originOf({ socket, headers }: Request): string {
  const { encrypted = false } = socket as Partial<TLSSocket>;
  return `${encrypted ? 'https' : 'http'}://${headers.host ?? 'localhost'}`;
}

/** What is known of a request before it is read. */
type Known = Pick<ApiRequest, 'caller' | 'listener' | 'origin' | 'signal' | 'gone'>;

/** Throws BAD_INPUT and WRONG_MEDIA_TYPE; the body is looked at when the handler reads it. */
export function readRequest(
  route: Route,
  request: Request,
  { caller, listener, origin, signal, gone }: Known,
  { bodyMs, bodyIdleMs, endingMs }: Timeouts,
): ApiRequest {
  const mediaType = bodyTypeOf(route, request);
  const body = mediaType === undefined ? undefined : route.bodies?.[mediaType];
  // Whoever waits to be asked for the body is asked only when somebody reads it.
  const begin = () => {
    if (waitsForContinue(request)) request.res?.writeContinue();
  };
  const whole = {
    begin,
    maxBytes: body?.maxBytes ?? MAX_JSON_BODY_BYTES,
    idleMs: bodyMs,
    totalMs: bodyMs,
    ending: signal,
    endingMs,
  };
  const sender = caller === undefined ? '' : `${caller.organisation} ${caller.id}`;
  const bytes = () => readWhole(request, whole, sender);
  const json = async () => {
    const value = parseJsonBytes(await bytes(), 'the body');
    if (body?.shape !== undefined) checkShape(body.shape, value, 'the body');
    return value;
  };
  const stream = readBody(request, {
    begin,
    maxBytes: body?.maxBytes ?? MAX_DOCUMENT_BYTES,
    idleMs: bodyIdleMs,
    ending: signal,
    endingMs,
  });
  const waitMs = route.waits === true ? readWait(request.headers['prefer']) : 0;
  return {
    caller,
    listener,
    values: valuesOf(route, request, mediaType),
    mediaType,
    browser: browserFacts(request),
    target: request.url,
    origin,
    bytes,
    json,
    stream,
    waitMs,
    signal,
    gone,
  };
}
