// The OpenAPI document, and the page that shows it. Made once, at the first request: rows do not
// change while the gateway runs.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { utf8 } from '../../../chaincode/core/bytes.js';
import { anything } from '../../../chaincode/core/shape.js';
import { DOCS_STYLE, docsScript } from '../docs/assets.js';
import { docsPage } from '../docs/page.js';
import type { JsonSchema } from '../json-schema.js';
import { type ApiInfo, openApiDocument } from '../openapi.js';
import type { MediaType, Route } from '../route.js';

const DESCRIPTION = `Notarizes the records of a hospital and the access to them. Every refusal is \`application/problem+json\` with a \`code\` from one table.

Queries, bodies and their members are checked strictly: what is not described is refused. A status of 500 would be a fault of the gateway, so no operation lists it. Texts are bounded in bytes of UTF-8 (\`x-max-bytes\`).`;

/** The version of this program, as package.json has it. */
function version(): string {
  const root = join(__dirname, '..', '..', '..', '..');
  const manifest = readFileSync(join(root, 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

const apiInfo = (): ApiInfo => ({
  title: 'Chartseal gateway',
  version: version(),
  description: DESCRIPTION,
});

/** Its own style and script, requests to this gateway alone, nothing else. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

interface Asset {
  readonly operationId: string;
  readonly path: string;
  readonly summary: string;
  readonly type: MediaType;
  readonly make: () => string;
  readonly headers?: Readonly<Record<string, string>>;
}

function assetRoute({ operationId, path, summary, type, make, headers }: Asset): Route {
  const bytes = once(() => utf8(make()));
  const isJson = type === 'application/json';
  return {
    operationId,
    method: 'GET',
    path,
    tag: 'documentation',
    summary,
    access: 'open',
    answers: {
      200: {
        description: summary,
        content: { type, ...(isJson ? { shape: anything() } : {}) },
      },
    },
    handle: async () => ({ status: 200, type, body: bytes(), ...(headers ? { headers } : {}) }),
  };
}

/** @param routes all rows of the table, these among them; asked for at the first request */
export function docsRoutes(routes: () => readonly Route[]): readonly Route[] {
  const document = once((): JsonSchema => openApiDocument(routes(), apiInfo()));
  return [
    assetRoute({
      operationId: 'readOpenApi',
      path: '/v1/openapi.json',
      summary: 'This description, as OpenAPI 3.1.',
      type: 'application/json',
      make: () => JSON.stringify(document()),
    }),
    assetRoute({
      operationId: 'readDocs',
      path: '/docs',
      summary: 'The page to read this description and to try it.',
      type: 'text/html; charset=utf-8',
      make: () => docsPage(document()),
      headers: { 'Content-Security-Policy': PAGE_POLICY },
    }),
    assetRoute({
      operationId: 'readDocsStyle',
      path: '/docs/docs.css',
      summary: 'Style of that page.',
      type: 'text/css; charset=utf-8',
      make: () => DOCS_STYLE,
    }),
    assetRoute({
      operationId: 'readDocsScript',
      path: '/docs/docs.js',
      summary: 'Script of that page.',
      type: 'text/javascript; charset=utf-8',
      make: docsScript,
    }),
  ];
}
