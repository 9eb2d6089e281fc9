// The Express application of one listener, built from the table of routes: who calls, whether they
// may, what they ask, what is answered. What goes wrong anywhere becomes problem+json here, or
// an OperationOutcome where FHIR is spoken.
import { randomUUID } from 'node:crypto';
import express, { type Express, type Request, type Response } from 'express';
import helmet from 'helmet';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { sendAnswer } from './answer.js';
import type { Authenticator } from './auth/authenticator.js';
import { authorize } from './auth/authorize.js';
import { authenticate } from './authenticate.js';
import type { Caller } from './caller.js';
import { fhirRefusal, isFhirTarget } from './fhir/refusal.js';
import { checkHead } from './head.js';
import { TIMEOUTS, type Timeouts } from './limits.js';
import type { HttpObserver, ListenerKind } from './observer.js';
import { problemOf, refusalOf } from './problem.js';
import { type RateLimits, rateLimiters } from './rate-limits.js';
import { originOf, readRequest } from './request.js';
import type { Route } from './route.js';
import { pagesOf } from './routes/pages.js';
import type { GatewayServices } from './services.js';
import { CALLBACK_PATH } from './session/login.js';

export interface AppOptions {
  readonly routes: readonly Route[];
  readonly services: GatewayServices;
  readonly authenticator: Authenticator;
  readonly observer: HttpObserver;
  readonly listener: ListenerKind;
  readonly rateLimits: RateLimits;
  /** Aborted when the gateway ends: no new request is taken. */
  readonly ending: AbortSignal;
  /** TIMEOUTS when it is left out. */
  readonly timeouts?: Timeouts;
}

/** What is known of a request while it is answered. */
interface Progress {
  readonly requestId: string;
  readonly begunAt: number;
  /** Aborted when the caller is gone. */
  readonly gone: AbortSignal;
  /** Aborted then, and when the gateway must end. */
  readonly working: AbortController;
  route?: string;
  caller?: Caller | undefined;
  code?: ChartsealError['code'];
  reason?: string;
}

type Locals = { progress: Progress };
type AppResponse = Response<unknown, Locals>;

/** `{id}` is Express's `:id`, `{+rest}` its `*rest`. */
function expressPath(template: string): string {
  return template.replace(/\{(\+?)(\w+)\}/g, (_all, rest: string, name: string) =>
    rest === '' ? `:${name}` : `*${name}`,
  );
}

/** One for all: a stack of its own for each request would cost more than the request. */
const GONE = new DOMException('the caller is gone', 'AbortError');

/** No status of HTTP: the connection ended before there was an answer. */
const NOT_ANSWERED = 499;

/** Until something is answered Node has 200; a request that could not be read has its own. */
const statusOf = ({ headersSent, statusCode }: AppResponse): number =>
  headersSent || statusCode !== 200 ? statusCode : NOT_ANSWERED;

function begin(
  response: AppResponse,
  { observer, listener }: AppOptions,
  open: Set<Progress>,
): Progress {
  const { req: request } = response;
  const gone = new AbortController();
  const progress: Progress = {
    requestId: randomUUID(),
    begunAt: performance.now(),
    gone: gone.signal,
    working: new AbortController(),
  };
  open.add(progress);
  const bytesBefore = request.socket.bytesRead;
  const writtenBefore = request.socket.bytesWritten;
  response.once('close', () => {
    open.delete(progress);
    if (!response.writableFinished) {
      gone.abort(GONE);
      progress.working.abort(GONE);
    }
    observer.answered({
      requestId: progress.requestId,
      listener,
      route: progress.route,
      method: request.method,
      status: statusOf(response),
      code: progress.code,
      reason: progress.reason,
      durationMs: performance.now() - progress.begunAt,
      bytesIn: request.socket.bytesRead - bytesBefore,
      bytesOut: request.socket.bytesWritten - writtenBefore,
      roles: progress.caller?.roles ?? [],
      isCut: !response.writableFinished,
    });
  });
  response.setHeader('X-Request-Id', progress.requestId);
  return progress;
}

const gatewayEnds = () => new ChartsealError('SHUTTING_DOWN', 'the gateway ends');

const isAbort = (error: unknown) => error instanceof Error && error.name === 'AbortError';

const DAY_S = 86_400;

/** Seconds: of a full outbox until the ledger has made room; of people until they may have. */
function retryAfter({ code }: ChartsealError, { hospital }: GatewayServices): number {
  if (code === 'TOO_MANY_INQUIRIES') return DAY_S;
  return code === 'OUTBOX_FULL' ? Math.ceil(hospital.sequencer.roomInMs / 1000) : 1;
}

function tellRefusal(progress: Progress, { code, message }: ChartsealError): void {
  progress.code = code;
  if (code === 'UNAUTHENTICATED') progress.reason = message;
}

async function refuse(
  response: AppResponse,
  error: unknown,
  { observer, ending, services, timeouts = TIMEOUTS }: AppOptions,
): Promise<void> {
  const { progress } = response.locals;
  // A handler that stops because its caller is gone has nobody to tell.
  if (progress.gone.aborted && isAbort(error)) return;
  // Nor is it a fault when it stops because the gateway ends.
  const isStopped = ending.aborted && isAbort(error);
  const refusal = isStopped ? gatewayEnds() : refusalOf(error);
  tellRefusal(progress, refusal);
  if (refusal.code === 'UNEXPECTED') observer.failed(progress.requestId, error);
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const problem = problemOf(refusal, progress.requestId);
  const headers: Record<string, string> = {};
  if (problem.status === 401) headers['WWW-Authenticate'] = 'Bearer';
  if (problem.status === 429 || problem.status === 503) {
    headers['Retry-After'] = String(
      response.getHeader('Retry-After') ?? retryAfter(refusal, services),
    );
  }
  if (ending.aborted) headers['Connection'] = 'close';
  const { status } = problem;
  const answer = isFhirTarget(response.req.url)
    ? { status, headers, ...fhirRefusal(refusal) }
    : { status, headers, type: 'application/problem+json' as const, body: { ...problem } };
  await sendAnswer(response, answer, progress.gone, timeouts.answerIdleMs);
}

/** Only this listener's routes: those for commands beside it and the pages are on no other. */
function routesOf(routes: readonly Route[], listener: ListenerKind): readonly Route[] {
  return routes.filter(({ access, isPage = false }) => {
    if (isPage) return listener === 'people';
    return access !== 'operator' || listener === 'local';
  });
}

/** Behind a proxy only the configuration knows by what address people and their systems come. */
function knownOrigin({ listener, services }: AppOptions): string | undefined {
  return listener === 'people' ? services.login.site.publicOrigin : undefined;
}

function addRoute(app: Express, route: Route, options: AppOptions): void {
  const { timeouts = TIMEOUTS } = options;
  const answer = async (request: Request, response: AppResponse) => {
    const { progress } = response.locals;
    progress.route = route.path;
    const { listener } = options;
    authorize(route.access, progress.caller, listener);
    const { caller, gone } = progress;
    const { signal } = progress.working;
    const origin = knownOrigin(options) ?? originOf(request);
    const known = { caller, listener, origin, signal, gone };
    const asked = readRequest(route, request, known, timeouts);
    const answered = await route.handle(asked, options.services);
    if (answered.refusal !== undefined) tellRefusal(progress, answered.refusal);
    if (options.ending.aborted) response.setHeader('Connection', 'close');
    await sendAnswer(response, answered, progress.gone, timeouts.answerIdleMs);
  };
  const path = expressPath(route.path);
  if (route.method === 'GET') app.get(path, answer);
  else app.post(path, answer);
}

/** Methods that a path does not know, after all that it knows. */
function addMethods(app: Express, routes: readonly Route[]): void {
  const methods = new Map<string, Set<string>>();
  for (const { path, method } of routes) {
    const known = methods.get(path) ?? new Set();
    methods.set(path, known.add(method));
    if (method === 'GET') known.add('HEAD');
  }
  // A path without names in it is not that of one with a name in its place.
  const isNamed = ([path]: readonly [string, unknown]) => Number(path.includes('{'));
  for (const [path, known] of [...methods].sort((a, b) => isNamed(a) - isNamed(b))) {
    const allowed = [...known].join(', ');
    app.all(expressPath(path), (_request: Request, response: AppResponse) => {
      response.locals.progress.route = path;
      response.setHeader('Allow', allowed);
      throw new ChartsealError('METHOD_NOT_ALLOWED', `this route answers ${allowed}`);
    });
  }
}

/** A person at a wrong address is shown the pages there are, and no JSON. */
function opensPage({ method, headers }: Request, { listener, services }: AppOptions): boolean {
  if (listener !== 'people' || method !== 'GET') return false;
  return headers['sec-fetch-mode'] === 'navigate' && pagesOf(services).includes('/');
}

const securityHeaders = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
  },
  strictTransportSecurity: { maxAge: 31_536_000, includeSubDomains: false },
});

export function createApp(options: AppOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.enable('case sensitive routing');
  app.enable('strict routing');
  app.set('query parser', false);
  const open = new Set<Progress>();
  options.ending.addEventListener('abort', () => {
    for (const { working } of open) working.abort();
  });
  app.use((_request, response: AppResponse, next) => {
    response.locals.progress = begin(response, options, open);
    next();
  });
  app.use(securityHeaders);
  app.use((request, _response, next) => {
    checkHead(request);
    next();
  });
  const { refused, taken, finished } = rateLimiters(options.rateLimits, options.listener);
  app.use(async (request, response: AppResponse, next) => {
    if (options.ending.aborted) throw gatewayEnds();
    try {
      response.locals.progress.caller = await authenticate(request, options);
    } catch (error) {
      // While an issuer is away nobody knows whether its tokens are good: none is refused.
      const isUnknown = refusalOf(error).code === 'IDENTITY_PROVIDER_UNREACHABLE';
      const count = isUnknown ? taken : refused;
      return count(request, response, (limited?: unknown) => next(limited ?? error));
    }
    return taken(request, response, next);
  });
  // A person is on the way: what went wrong is said by the page where people log in.
  app.use(CALLBACK_PATH, (request, response: AppResponse, next) =>
    finished(request, response, (limited?: unknown) => {
      if (!(limited instanceof ChartsealError)) return next(limited);
      tellRefusal(response.locals.progress, limited);
      return response.redirect(303, `/?refused=${limited.code}`);
    }),
  );
  const routes = routesOf(options.routes, options.listener);
  for (const route of routes) addRoute(app, route, options);
  addMethods(app, routes);
  app.use((request, response: AppResponse) => {
    const none = new ChartsealError('NO_ROUTE', 'there is no such route');
    if (!opensPage(request, options)) throw none;
    tellRefusal(response.locals.progress, none);
    response.redirect(303, `/?refused=${none.code}`);
  });
  // Express knows its handler of errors by the four parameters.
  app.use(async (error: unknown, _request: Request, response: AppResponse, _next: () => void) => {
    try {
      await refuse(response, error, options);
    } catch (cause) {
      // Express would show it to the caller.
      options.observer.failed(response.locals.progress.requestId, cause);
      response.destroy();
    }
  });
  return app;
}
