// The pipeline of requests on real listeners, with a few rows of every kind of body: what hostile
// requests are sent to. Plain HTTP takes a token, HTTPS a client certificate.
import { setTimeout } from 'node:timers/promises';
import { text as anyText, integer, object } from '../../chaincode/core/shape.js';
import { createApp } from '../../gateway/http/app.js';
import { Authenticator } from '../../gateway/http/auth/authenticator.js';
import {
  MAX_CONNECTIONS,
  REFUSED_LOGINS_PER_MINUTE,
  REQUESTS_PER_MINUTE,
  TIMEOUTS,
  type Timeouts,
} from '../../gateway/http/limits.js';
import { type ListenerKind, type RequestFacts, unreadFacts } from '../../gateway/http/observer.js';
import type { Route } from '../../gateway/http/route.js';
import { HttpListener } from '../../gateway/http/server.js';
import type { GatewayServices } from '../../gateway/http/services.js';
import type { CertificateWithKey } from '../../gateway/pki/issue.js';
import { readJsonLines } from '../../gateway/services/json-lines.js';
import { issueTlsCertificate, newTlsAuthority } from './tls-certificates.js';

export const TOKEN = 'a-token-of-this-test';
export const MAX_DOCUMENT = 4 * 1024 * 1024;
const HOUR_MS = 3_600_000;
const PIECE = new Uint8Array(16 * 1024).fill(0x61);

export interface TlsFiles {
  readonly authority: CertificateWithKey;
  readonly client: CertificateWithKey;
  readonly foreign: CertificateWithKey;
}

export async function newTlsFiles(): Promise<TlsFiles> {
  const [authority, stranger] = await Promise.all([
    newTlsAuthority('ca of the hospital'),
    newTlsAuthority('ca of somebody'),
  ]);
  const options = { commonNames: ['emr'], addresses: ['127.0.0.1'] };
  const [client, foreign] = await Promise.all([
    issueTlsCertificate(authority, options),
    issueTlsCertificate(stranger, options),
  ]);
  return { authority, client, foreign };
}

const JSON_SHAPE = object({
  name: anyText({ min: 1, max: 256 }),
  'count?': integer({ min: 0, max: 10 }),
});

/** What came of requests. */
export interface Seen {
  readonly facts: RequestFacts[];
  readonly failures: unknown[];
  /** One for each body that a row took as a whole, line by line or in one piece. */
  readonly stored: unknown[];
  /** Whether the slow row was left. */
  left: number;
}

const answers = { 200: { description: 'done' }, 202: { description: 'taken' } };
const common = { tag: 'test', summary: 'of a test', access: { own: ['source-system'] }, answers };

function bodyRows(seen: Seen): Route[] {
  return [
    {
      ...common,
      access: { own: ['source-system', 'admin'] },
      operationId: 'addThing',
      method: 'POST',
      path: '/v1/things',
      bodies: { 'application/json': { description: 'a thing', shape: JSON_SHAPE } },
      async handle(request) {
        seen.stored.push(await request.json());
        return { status: 202, body: { state: 'accepted' } };
      },
    },
    {
      ...common,
      operationId: 'addDocument',
      method: 'POST',
      path: '/v1/documents',
      bodies: {
        'application/octet-stream': { description: 'a document', maxBytes: MAX_DOCUMENT },
      },
      async handle(request) {
        let size = 0;
        for await (const piece of request.stream) size += piece.length;
        seen.stored.push(size);
        return { status: 202, body: { size } };
      },
    },
    {
      ...common,
      operationId: 'addLines',
      method: 'POST',
      path: '/v1/lines',
      bodies: { 'application/x-ndjson': { description: 'things' } },
      async handle(request) {
        async function* results() {
          for await (const line of readJsonLines(request.stream)) {
            if ('value' in line) seen.stored.push(line.value);
            const code = 'error' in line ? line.error.code : 'OK';
            yield Buffer.from(`${JSON.stringify({ line: line.number, code })}\n`);
          }
        }
        return { status: 200, type: 'application/x-ndjson', body: results() };
      },
    },
  ] as Route[];
}

function readRows(seen: Seen): Route[] {
  return [
    {
      ...common,
      access: 'open',
      operationId: 'readThing',
      method: 'GET',
      path: '/v1/things/{id}',
      parameters: [
        {
          in: 'path',
          name: 'id',
          description: 'id',
          shape: anyText({ min: 1, max: 64, pattern: /^[^\0]*$/ }),
        },
        { in: 'query', name: 'page', description: 'page', shape: integer({ min: 0 }) },
        {
          in: 'header',
          name: 'Chartseal-Patient',
          description: 'whose',
          shape: anyText({ min: 1, max: 64 }),
        },
      ],
      async handle({ values }) {
        const location = `/v1/things/${encodeURIComponent(String(values['id']))}`;
        return { status: 200, headers: { Location: location }, body: { read: true } };
      },
    },
    {
      ...common,
      access: 'open',
      operationId: 'readLarge',
      method: 'GET',
      path: '/v1/large',
      async handle({ signal }) {
        async function* pieces() {
          try {
            for (let at = 0; at < 65_536 && !signal.aborted; at++) yield PIECE;
          } finally {
            seen.left++;
          }
        }
        return { status: 200, type: 'application/octet-stream', body: pieces() };
      },
    },
    {
      ...common,
      access: 'open',
      operationId: 'waitForIt',
      method: 'GET',
      path: '/v1/slow',
      async handle({ signal }) {
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        seen.left++;
        return { status: 202, body: { state: 'accepted' } };
      },
    },
    {
      ...common,
      access: 'open',
      operationId: 'workOnIt',
      method: 'GET',
      path: '/v1/work',
      async handle({ signal }) {
        await setTimeout(HOUR_MS, undefined, { signal });
        return { status: 200, body: { done: true } };
      },
    },
  ] as Route[];
}

export interface HostileListener {
  readonly listener: HttpListener;
  readonly seen: Seen;
  /** As a signal to the program ends it. */
  end(graceMs: number): Promise<void>;
}

/** @param tls HTTPS with client certificates when it is given */
export async function openHostile(
  tls?: TlsFiles,
  timeouts: Timeouts = TIMEOUTS,
): Promise<HostileListener> {
  const seen: Seen = { facts: [], failures: [], stored: [], left: 0 };
  const ending = new AbortController();
  const kind: ListenerKind = tls === undefined ? 'local' : 'systems';
  const system = {
    id: 'emr',
    organisation: 'HospitalMSP',
    roles: ['source-system'] as const,
    certificate: { commonName: 'emr' },
  };
  const authenticator = Authenticator.create(
    { ownOrganisation: 'HospitalMSP', issuers: [], systems: tls === undefined ? [] : [system] },
    { operator: { token: TOKEN, id: 'cli:test' } },
  );
  const app = createApp({
    routes: [...bodyRows(seen), ...readRows(seen)],
    // No row of these works with them.
    services: {} as GatewayServices,
    authenticator,
    observer: {
      answered: (facts) => seen.facts.push(facts),
      failed: (_requestId, error) => seen.failures.push(error),
    },
    listener: kind,
    rateLimits: {
      requestsPerMinute: REQUESTS_PER_MINUTE,
      refusedLoginsPerMinute: REFUSED_LOGINS_PER_MINUTE,
    },
    ending: ending.signal,
    timeouts,
  });
  const listener = await HttpListener.open(app, {
    host: '127.0.0.1',
    port: 0,
    maxConnections: MAX_CONNECTIONS,
    timeouts,
    unread: (request) => seen.facts.push(unreadFacts(kind, request)),
    ...(tls === undefined ? {} : { tls: tlsOptions(tls) }),
  });
  const end = async (graceMs: number) => {
    ending.abort();
    await listener.close(graceMs);
  };
  return { listener, seen, end };
}

function tlsOptions({ authority, client }: TlsFiles) {
  return {
    cert: client.certificatePem,
    key: client.keyPem,
    ca: authority.certificatePem,
    requireClientCertificate: true,
  };
}
