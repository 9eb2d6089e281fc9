// What the configuration of the gateway may hold, member by member; what is left out has a default
// that works on this machine alone.
import { z } from 'zod';
import { MAX_OUTBOX_ENTRIES } from '../../chaincode/core/limits.js';
import { MAX_CLOCK_TOLERANCE_SECONDS } from '../http/auth/auth-limits.js';
import { ROLES } from '../http/caller.js';
import { DISPLAYS } from '../http/display.js';
import {
  MAX_CONNECTIONS,
  REFUSED_LOGINS_PER_MINUTE,
  REQUESTS_PER_MINUTE,
  SESSION_IDLE_MINUTES,
  SESSION_MINUTES,
  SHUTDOWN_GRACE_MS,
} from '../http/limits.js';
import { MAX_LETTERS, MAX_LETTERS_BYTES } from '../services/feed/limits.js';

const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const DEFAULT_PEOPLE = { host: '127.0.0.1', port: 8480 } as const;
export const DEFAULT_LIMITS = {
  connections: MAX_CONNECTIONS,
  requestsPerMinute: REQUESTS_PER_MINUTE,
  refusedLoginsPerMinute: REFUSED_LOGINS_PER_MINUTE,
  shutdownSeconds: SHUTDOWN_GRACE_MS / 1000,
  outboxEntries: MAX_OUTBOX_ENTRIES,
  sessionIdleMinutes: SESSION_IDLE_MINUTES,
  sessionMinutes: SESSION_MINUTES,
} as const;

/** Bounds of the feed; see services/feed. */
const DEFAULT_FEED = {
  sources: {},
  refusedEvents: MAX_LETTERS,
  refusedMebibytes: MAX_LETTERS_BYTES / 1024 ** 2,
};

/** Days within which the hospital says that it answers what patients ask. */
const DEFAULT_INQUIRIES = { answerWithinDays: 30 } as const;

/** Texts of these are paths, relative to the file that names them. */
export const PATHS: readonly (readonly string[])[] = [
  ['data'],
  ['people', 'tls', 'certificate'],
  ['people', 'tls', 'key'],
  ['systems', 'tls', 'certificate'],
  ['systems', 'tls', 'key'],
  ['systems', 'tls', 'clientAuthorities'],
  ['systems', 'tls', 'revocationList'],
];

const MAX_LIST = 1000;
const text = z
  .string('must be a text')
  .min(1, 'must not be empty')
  .max(4096, 'must have at most 4096 characters');
const list = <T extends z.ZodType>(item: T) =>
  z.array(item, 'must be a list').max(MAX_LIST, `must have at most ${MAX_LIST} items`);
const oneOf = <const T extends readonly string[]>(words: T) =>
  z.enum(words, `must be one of ${words.join(', ')}`);
const whole = (min: number, max: number) => {
  const words = `must be a whole number from ${min} to ${max}`;
  return z.int(words).min(min, words).max(max, words);
};
const object = <T extends z.ZodRawShape>(shape: T) =>
  z.strictObject(shape, { error: (issue) => objectFault(issue) });

function objectFault(issue: { readonly code?: string | undefined }): string | undefined {
  // Members that are not known get a line each, elsewhere.
  return issue.code === 'unrecognized_keys' ? undefined : 'must be an object';
}

const claim = text;
const host = text.regex(/^[^\s/]+$/, 'must be a host name or an address');
const port = whole(0, 65_535);
const sources = list(text);

const issuer = object({
  issuer: text,
  audience: z.union([text, list(text)], 'must be a text or a list of texts'),
  organisation: text,
  jwksUri: text.optional(),
  authority: text.optional(),
  algorithms: list(text).optional(),
  clockToleranceSeconds: whole(0, MAX_CLOCK_TOLERANCE_SECONDS).optional(),
  maxTokenAgeSeconds: whole(1, 31_536_000).optional(),
  rolesClaims: list(claim),
  roles: z.record(text, oneOf(ROLES), 'must be an object of roles'),
  patient: z
    .union(
      [object({ system: text, claim }), object({ systemClaim: claim, valueClaim: claim })],
      'must have system and claim, or systemClaim and valueClaim',
    )
    .optional(),
  nameClaim: claim.optional(),
  subjectPrefix: z.string('must be a text').optional(),
  system: object({ claim, value: text.optional() }).optional(),
  sources: z.record(text, sources, 'must be an object of lists').optional(),
  sourcesClaim: claim.optional(),
  login: object({
    clientId: text,
    clientSecretFile: text.optional(),
    scopes: list(text.regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'must be one scope')).optional(),
    name: text.max(80, 'must have at most 80 characters').optional(),
  }).optional(),
});

const system = object({
  id: text,
  organisation: text,
  roles: list(oneOf(ROLES)),
  sources: sources.optional(),
  certificate: z.union(
    [object({ sha256: text }), object({ commonName: text }), object({ dnsName: text })],
    'must have exactly one of sha256, commonName, dnsName',
  ),
});

const MAX_NAME = 256;
const name = text.max(MAX_NAME, `must have at most ${MAX_NAME} characters`);

/** A sender of FHIR. Tokens are `system|code`. */
const fhirSource = object({
  match: object({ observer: text.optional(), site: text.optional() }).optional(),
  system: name,
  organisation: name.optional(),
  unit: name.optional(),
  category: text.max(64, 'must have at most 64 characters').optional(),
  patientReferences: list(object({ base: text.optional(), system: name })).default([]),
  purposes: z
    .record(
      text,
      text.regex(/^[A-Za-z0-9_-]{1,32}$/, 'must be a code of v3-ActReason'),
      'must be an object of codes',
    )
    .default({}),
  breakGlass: list(text).default([]),
  roles: z
    .record(text, text.max(128, 'must have at most 128 characters'), 'must be an object of texts')
    .default({}),
  withoutPatient: oneOf(['refuse', 'count']).default('refuse'),
});

const listenerFiles = { certificate: text, key: text };

export const CONFIG_SHAPE = object({
  data: text.default('chartseal-data'),
  organisation: text.max(256, 'must have at most 256 characters').optional(),
  people: object({
    host: host.default(DEFAULT_PEOPLE.host),
    port: port.default(DEFAULT_PEOPLE.port),
    url: text.optional(),
    tls: object(listenerFiles).optional(),
  }).default(DEFAULT_PEOPLE),
  systems: object({
    host: host.default(DEFAULT_PEOPLE.host),
    port,
    tls: object({
      ...listenerFiles,
      clientAuthorities: text.optional(),
      revocationList: text.optional(),
    }),
  }).optional(),
  auth: object({
    issuers: list(issuer).default([]),
    systems: list(system).default([]),
  }).default({ issuers: [], systems: [] }),
  limits: object({
    connections: whole(1, 1_000_000).default(DEFAULT_LIMITS.connections),
    requestsPerMinute: whole(1, 100_000_000).default(DEFAULT_LIMITS.requestsPerMinute),
    refusedLoginsPerMinute: whole(1, 1_000_000).default(DEFAULT_LIMITS.refusedLoginsPerMinute),
    shutdownSeconds: whole(0, 3600).default(DEFAULT_LIMITS.shutdownSeconds),
    outboxEntries: whole(1, 10_000_000).default(DEFAULT_LIMITS.outboxEntries),
    sessionIdleMinutes: whole(1, 1440).default(DEFAULT_LIMITS.sessionIdleMinutes),
    sessionMinutes: whole(1, 1440).default(DEFAULT_LIMITS.sessionMinutes),
  }).default(DEFAULT_LIMITS),
  web: object({ display: oneOf(DISPLAYS).default('name') }).default({ display: 'name' }),
  fhir: object({ sources: list(fhirSource).default([]) }).default({ sources: [] }),
  feed: object({
    silenceSeconds: whole(60, 31_536_000).optional(),
    sources: z
      .record(text, whole(0, 31_536_000), 'must be an object of seconds')
      .default(DEFAULT_FEED.sources),
    refusedEvents: whole(1, 1_000_000).default(DEFAULT_FEED.refusedEvents),
    refusedMebibytes: whole(1, 1_048_576).default(DEFAULT_FEED.refusedMebibytes),
  }).default(DEFAULT_FEED),
  inquiries: object({
    answerWithinDays: whole(1, 365).default(DEFAULT_INQUIRIES.answerWithinDays),
  }).default(DEFAULT_INQUIRIES),
  log: object({ level: oneOf(LOG_LEVELS).default('info') }).default({ level: 'info' }),
  demo: z.boolean('must be true or false').default(false),
});

export type GatewayConfig = Readonly<z.infer<typeof CONFIG_SHAPE>>;
