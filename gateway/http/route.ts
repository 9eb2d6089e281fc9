// One row of the table of routes: what may be asked, by whom, and what is answered. Validation,
// authorisation, OpenAPI and the tests all read the same rows.
import type { ChartsealError, ErrorCode } from '../../chaincode/core/errors.js';
import type { JsonValue } from '../../chaincode/core/json.js';
import type { Shape } from '../../chaincode/core/shape.js';
import type { Caller, Role } from './caller.js';
import type { ListenerKind } from './observer.js';
import type { GatewayServices } from './services.js';

/** Who may call: roles given by the own organisation, and roles given by any other known one. */
export interface Access {
  readonly own: readonly Role[];
  readonly others?: readonly Role[];
  /** The local listener asks for no credentials: for figures that name nobody. */
  readonly openLocally?: boolean;
}

export interface Parameter {
  readonly in: 'path' | 'query' | 'header';
  readonly name: string;
  readonly description: string;
  /** Text, hex, integer, flag, time or oneOf; numbers and flags are read from their text. */
  readonly shape: Shape;
  /** Path parameters are always required. */
  readonly required?: boolean;
  /** Belongs to bodies of this type: with another one it is refused, whatever it holds. */
  readonly onlyWith?: MediaType;
}

export type MediaType =
  | 'application/json'
  | 'application/x-ndjson'
  | 'application/octet-stream'
  | 'application/problem+json'
  | 'application/fhir+json'
  | 'application/fhir+json; charset=utf-8'
  | 'application/x-www-form-urlencoded'
  | 'text/plain; charset=utf-8'
  | 'text/html; charset=utf-8'
  | 'text/css; charset=utf-8'
  | 'text/javascript; charset=utf-8'
  | 'image/svg+xml'
  | 'image/png';

export interface Body {
  readonly description: string;
  /** Of the JSON value, or of one line; the bytes of a document have none. */
  readonly shape?: Shape;
  /** MAX_JSON_BODY_BYTES for JSON when it is left out, MAX_DOCUMENT_BYTES for what is streamed. */
  readonly maxBytes?: number;
}

export interface Answer {
  readonly description: string;
  /** What stands in the body; no body when it is left out. */
  readonly content?: { readonly type: MediaType; readonly shape?: Shape };
  readonly headers?: Readonly<Record<string, string>>;
  /** Which some of these answers have. */
  readonly rarerHeaders?: Readonly<Record<string, string>>;
}

/** What a browser says of a request by itself; nothing of it has been checked. */
export interface BrowserFacts {
  readonly cookie: string | undefined;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  /** `Sec-Fetch-Site`. */
  readonly site: string | undefined;
}

/** What a handler is given: everything in it has been checked against the row. */
export interface ApiRequest {
  /** Undefined on open routes that were called without credentials. */
  readonly caller: Caller | undefined;
  readonly listener: ListenerKind;
  /** Values of path, query and header parameters by name; what was not given is not there. */
  readonly values: Readonly<Record<string, string | number | boolean>>;
  readonly mediaType: MediaType | undefined;
  readonly browser: BrowserFacts;
  /** Path and query as they were sent. */
  readonly target: string;
  /** Address by which the gateway was asked, such as `https://gateway.example:8443`. */
  readonly origin: string;
  /** The whole body as it came. */
  bytes(): Promise<Uint8Array>;
  /** The whole body as checked JSON, for bodies of `application/json`. */
  json(): Promise<JsonValue>;
  /** The body as it arrives; what is not read holds the sender back. */
  readonly stream: AsyncIterable<Uint8Array>;
  /** From `Prefer: wait=N`, at most MAX_WAIT_MS; 0 when the caller does not wait. */
  readonly waitMs: number;
  /** Aborted when the caller is gone or the gateway must end. */
  readonly signal: AbortSignal;
  /** Aborted when the caller is gone: for work that is finished when the gateway must end. */
  readonly gone: AbortSignal;
}

export interface ApiAnswer {
  readonly status: number;
  readonly type?: MediaType;
  /** Of a list, each is sent in a header of its own. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Why somebody was not let in, where the answer is for people: it is logged as a refusal. */
  readonly refusal?: ChartsealError;
  /** JSON values are sent as JSON; streams chunk by chunk, as the receiver takes them. */
  readonly body?: JsonValue | Uint8Array | AsyncIterable<Uint8Array>;
}

export interface Route {
  readonly operationId: string;
  readonly method: 'GET' | 'POST';
  /** As OpenAPI writes it: `/v1/records/{id}`; `{+rest}` takes slashes too, undecoded. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /** `operator`: for commands beside the gateway, on its local listener alone. */
  readonly access: Access | 'open' | 'operator';
  readonly parameters?: readonly Parameter[];
  /**
   * For browsers alone: on the listener of people, and not in OpenAPI, because pages, redirects and
   * cookies are no interface for programs.
   */
  readonly isPage?: boolean;
  /** Asking is no use of a session: it ends when it would have ended. */
  readonly leavesSessionIdle?: boolean;
  /** The query is somebody else's, and may hold anything: the handler reads it from the target. */
  readonly takesAnyQuery?: boolean;
  readonly bodies?: Readonly<Partial<Record<MediaType, Body>>>;
  /** By status; refusals come from `refusals` and from what every route may answer. */
  readonly answers: Readonly<Record<number, Answer>>;
  /** Codes that this route may answer beyond those which its parameters and body lead to. */
  readonly refusals?: readonly ErrorCode[];
  /** Whether `Prefer: wait=N` means something here. */
  readonly waits?: boolean;
  readonly handle: (request: ApiRequest, services: GatewayServices) => Promise<ApiAnswer>;
}
