// The pages for people and their files, on the listener of people. What stands in them is the same
// for everybody: who is logged in is asked for by their scripts.
import { text } from '../../../chaincode/core/shape.js';
import type { ApiAnswer, Route } from '../route.js';
import type { GatewayServices } from '../services.js';

const TAG = 'Pages';
/** Names of built files hold a digest of what is in them. */
const FOR_EVER = 'public, max-age=31536000, immutable';
/** Built files by path. */
export const PAGES: Readonly<Record<string, string>> = {
  '/': 'index.html',
  '/patient': 'patient.html',
  '/archivist': 'archivist.html',
  '/auditor': 'auditor.html',
  '/inquiries': 'inquiries.html',
  '/verify': 'verify.html',
};

/** Paths of the pages that are there. */
export function pagesOf({ web }: GatewayServices): readonly string[] {
  return Object.keys(PAGES).filter((path) => web.find(PAGES[path] ?? '') !== undefined);
}

function answerPage({ web }: GatewayServices, name: string, headers = {}): ApiAnswer {
  const { type, bytes, policy } = web.read(name);
  return {
    status: 200,
    type,
    headers: {
      'Cache-Control': 'no-cache',
      // The policy of every other answer lets in nothing at all.
      ...(policy === undefined ? {} : { 'Content-Security-Policy': policy }),
      ...headers,
    },
    body: bytes,
  };
}

const page = (operationId: string, path: string, name: string): Route => ({
  operationId,
  method: 'GET',
  path,
  tag: TAG,
  summary: 'A page for people.',
  access: 'open',
  isPage: true,
  // Links of others may add to the query; a page reads nothing there but how a login ended.
  takesAnyQuery: true,
  answers: { 200: { description: 'The page.', content: { type: 'text/html; charset=utf-8' } } },
  handle: async (_request, services) => answerPage(services, name),
});

export const PAGE_ROUTES: readonly Route[] = [
  ...Object.entries(PAGES).map(([path, name]) =>
    page(`readPage${name.charAt(0).toUpperCase()}${name.slice(1, -'.html'.length)}`, path, name),
  ),
  {
    ...page('downloadVerifyPage', '/verify.html', 'verify.html'),
    handle: async (_request, services) =>
      answerPage(services, 'verify.html', {
        'Content-Disposition': 'attachment; filename="verify.html"',
      }),
  },
  {
    operationId: 'readPageAsset',
    method: 'GET',
    path: '/assets/{+name}',
    tag: TAG,
    summary: 'A file of the pages.',
    access: 'open',
    isPage: true,
    parameters: [
      { in: 'path', name: 'name', description: 'Name.', shape: text({ min: 1, max: 200 }) },
    ],
    answers: { 200: { description: 'The file.' } },
    async handle({ values }, { web }) {
      const { type, bytes } = web.read(`assets/${String(values['name'])}`);
      return { status: 200, type, headers: { 'Cache-Control': FOR_EVER }, body: bytes };
    },
  },
];
