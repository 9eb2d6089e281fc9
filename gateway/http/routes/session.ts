// Logging in and out on the pages, and who is logged in.
import { ChartsealError } from '../../../chaincode/core/errors.js';
import {
  anything,
  flag,
  integer,
  list,
  object,
  oneOf,
  text,
  time,
} from '../../../chaincode/core/shape.js';
import { formatTime } from '../../../chaincode/core/time.js';
import { IDENTIFIER_SHAPE } from '../../services/submission.js';
import { type Caller, ROLES, type Role } from '../caller.js';
import type { ApiAnswer, BrowserFacts, Route } from '../route.js';
import type { GatewayServices } from '../services.js';
import type { LoggedIn, Login } from '../session/login.js';
import { PAGES, pagesOf } from './pages.js';

const TAG = 'Session';
const MAX_WAYS = 1000;
const MAX_SESSION_SECONDS = 86_400;

/** Where people begin, by the first of their roles that is here. */
const HOMES: readonly (readonly [Role, string])[] = [
  ['patient', '/patient'],
  ['archivist', '/archivist'],
  ['auditor', '/auditor'],
  ['privacy-officer', '/inquiries'],
  ['admin', '/archivist'],
];

function homeOf({ roles }: Caller, services: GatewayServices): string {
  const pages = pagesOf(services);
  const home = HOMES.find(([role, path]) => roles.includes(role) && pages.includes(path));
  return home?.[1] ?? '/';
}

const CALLER = object({
  id: text({ min: 1, max: 256 }),
  'name?': text({ min: 1, max: 256 }),
  organisation: text({ min: 1, max: 256 }),
  isOwn: flag(),
  roles: list(oneOf(ROLES), { max: ROLES.length }),
  'patient?': IDENTIFIER_SHAPE,
  'sessionEndsAt?': time(),
});

const SECONDS = integer({ min: 0, max: MAX_SESSION_SECONDS });
const REMAINING = object({
  idleSeconds: SECONDS,
  seconds: SECONDS,
  ofIdleSeconds: SECONDS,
  ofSeconds: SECONDS,
});

const SESSION = object({
  'caller?': CALLER,
  'remaining?': REMAINING,
  'home?': text({ min: 1, max: 64 }),
  pages: list(text({ min: 1, max: 64 }), { max: MAX_WAYS }),
  organisation: text({ min: 1, max: 256 }),
  providers: list(text({ min: 1, max: 256 }), { max: MAX_WAYS }),
  demoPeople: list(object({ subject: text({ min: 1, max: 256 }), role: oneOf(ROLES) }), {
    max: MAX_WAYS,
  }),
});

function callerView({ id, name, organisation, isOwn, roles, patient, sessionEndsAt }: Caller) {
  return {
    id,
    ...(name === undefined ? {} : { name }),
    organisation,
    isOwn,
    roles: [...roles],
    ...(patient === undefined ? {} : { patient: { ...patient } }),
    ...(sessionEndsAt === undefined ? {} : { sessionEndsAt: formatTime(sessionEndsAt) }),
  };
}

/** Whoever shows a token has no session, whatever cookie comes beside it. */
function sessionView(caller: Caller | undefined, browser: BrowserFacts, login: Login) {
  if (caller === undefined) return {};
  const isSession = caller.sessionEndsAt !== undefined;
  const remaining = isSession ? login.remainingOf(browser) : undefined;
  return {
    caller: callerView(caller),
    ...(remaining === undefined ? {} : { remaining: { ...remaining } }),
  };
}

const redirect = (location: string, cookies: readonly string[]): ApiAnswer => ({
  status: 303,
  headers: { Location: location, 'Set-Cookie': cookies, 'Referrer-Policy': 'no-referrer' },
});

/** Back to the page where people log in, which says in words what the code means. */
function refused(error: unknown, { login }: GatewayServices): ApiAnswer {
  if (!(error instanceof ChartsealError)) throw error;
  return { ...redirect(`/?refused=${error.code}`, [login.forgetLogin]), refusal: error };
}

function loggedIn({ caller, goal, cookies }: LoggedIn, services: GatewayServices): ApiAnswer {
  return redirect(goal ?? homeOf(caller, services), cookies);
}

const SEE_OTHER = { description: 'Where to go on.', headers: { Location: 'A page.' } };

export const SESSION_ROUTES: readonly Route[] = [
  {
    operationId: 'readSession',
    method: 'GET',
    path: '/v1/session',
    tag: TAG,
    summary: 'Who the caller is to this gateway, and how people can log in.',
    access: 'open',
    answers: {
      200: {
        description: 'The caller, when there is one; the providers at which people log in.',
        content: { type: 'application/json', shape: SESSION },
      },
    },
    async handle({ caller, browser }, services) {
      const { login, organisation } = services;
      return {
        status: 200,
        body: {
          ...sessionView(caller, browser, login),
          ...(caller === undefined ? {} : { home: homeOf(caller, services) }),
          organisation,
          pages: [...pagesOf(services)],
          providers: [...login.providers],
          demoPeople: login.demoPeople.map(({ sub, roles }) => ({
            subject: sub,
            role: roles[0] as Role,
          })),
        },
      };
    },
  },
  {
    operationId: 'readRemaining',
    method: 'GET',
    path: '/v1/session/remaining',
    tag: TAG,
    summary: 'How long the session of a browser goes on, which does not go on because of this.',
    description:
      'Seconds until it ends: `idleSeconds` without another request, `seconds` whatever is done. ' +
      'It ends with whichever is less. `ofIdleSeconds` and `ofSeconds` are what both begin with. ' +
      'Every other request begins `idleSeconds` anew.',
    access: 'open',
    leavesSessionIdle: true,
    answers: {
      200: {
        description: 'Whose session it is, and how long; nothing without one that is open.',
        content: {
          type: 'application/json',
          shape: object({ 'caller?': CALLER, 'remaining?': REMAINING }),
        },
      },
    },
    async handle({ caller, browser }, { login }) {
      return { status: 200, body: sessionView(caller, browser, login) };
    },
  },
  {
    operationId: 'beginLogin',
    method: 'GET',
    path: '/login',
    tag: TAG,
    summary: 'Goes to a provider to log in.',
    access: 'open',
    isPage: true,
    parameters: [
      {
        in: 'query',
        name: 'with',
        description: 'Index of the provider; the first when it is left out.',
        shape: integer({ min: 0, max: MAX_WAYS }),
      },
      {
        in: 'query',
        name: 'then',
        description: 'Page to go on with, of our own.',
        shape: oneOf(Object.keys(PAGES)),
      },
    ],
    answers: { 303: SEE_OTHER },
    async handle({ values, browser }, services) {
      const then = values['then'] === undefined ? undefined : String(values['then']);
      try {
        const { login } = services;
        const { location, cookie } = await login.begin(Number(values['with'] ?? 0), then, browser);
        return redirect(location, [cookie]);
      } catch (error) {
        return refused(error, services);
      }
    },
  },
  {
    operationId: 'finishLogin',
    method: 'GET',
    path: '/login/callback',
    tag: TAG,
    summary: 'Where the provider sends people back to.',
    access: 'open',
    isPage: true,
    takesAnyQuery: true,
    answers: { 303: SEE_OTHER },
    async handle({ target, browser }, services) {
      try {
        return loggedIn(await services.login.finish(target, browser), services);
      } catch (error) {
        return refused(error, services);
      }
    },
  },
  {
    operationId: 'demoLogin',
    method: 'POST',
    path: '/login/demo',
    tag: TAG,
    summary: 'Signs in with one click, in the demo alone.',
    access: 'open',
    isPage: true,
    bodies: {
      'application/json': {
        description: 'Who.',
        shape: object({ subject: text({ min: 1, max: 256 }) }),
      },
    },
    answers: { 200: { description: 'Where to go on.', content: { type: 'application/json' } } },
    async handle(request, services) {
      const { subject } = (await request.json()) as { subject: string };
      const done = await services.login.demo(subject, request.browser);
      const headers = { 'Set-Cookie': done.cookies };
      return { status: 200, headers, body: { next: homeOf(done.caller, services) } };
    },
  },
  {
    operationId: 'logout',
    method: 'POST',
    path: '/logout',
    tag: TAG,
    summary: 'Ends the session of this browser.',
    access: 'open',
    isPage: true,
    answers: {
      200: {
        description: 'Where to go on: at the provider, when it ends sessions too.',
        content: { type: 'application/json', shape: anything() },
      },
    },
    async handle({ browser }, { login }) {
      const { cookies, next = '/' } = await login.end(browser);
      return { status: 200, headers: { 'Set-Cookie': cookies }, body: { next } };
    },
  },
];
