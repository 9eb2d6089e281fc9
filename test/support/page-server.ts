// Serves the built pages as another organisation would: files and the policies that stand beside
// them, nothing else. On loopback.
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { PAGES } from './browser.js';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

export interface PageServer {
  /** Without a slash at its end. */
  readonly url: string;
  close(): Promise<void>;
}

function answerFile(name: string): { type: string; policy?: string; body: Buffer } | undefined {
  const policies = JSON.parse(readFileSync(join(PAGES, 'pages.json'), 'utf8'));
  const path = join(PAGES, normalize(name));
  const type = TYPES[extname(path)];
  if (!path.startsWith(PAGES) || type === undefined || !existsSync(path)) return undefined;
  return { type, policy: policies[name.slice(1)], body: readFileSync(path) };
}

export async function servePages(): Promise<PageServer> {
  const server: Server = createServer((request, response) => {
    const found = answerFile(request.url ?? '/');
    if (found === undefined) {
      response.writeHead(404).end();
      return;
    }
    const { type, policy, body } = found;
    response.setHeader('content-type', type);
    if (policy !== undefined) response.setHeader('content-security-policy', policy);
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${port}`, close };
}
