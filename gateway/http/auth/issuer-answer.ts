// One question to an identity provider: GET of a JSON object, over HTTPS or loopback, bounded in
// time and size; a redirect is a failure, because keys come from where they are configured to be.
import { readFileSync } from 'node:fs';
import { get as httpGet, type IncomingMessage } from 'node:http';
import { get as httpsGet } from 'node:https';
import { ISSUER_ANSWER_MS, MAX_ISSUER_ANSWER_BYTES } from './auth-limits.js';
import { type Claims, parseClaims } from './claims.js';

function ask(url: URL, authority: string | undefined): Promise<IncomingMessage> {
  const options = {
    headers: { accept: 'application/json', 'accept-encoding': 'identity' },
    agent: false,
    signal: AbortSignal.timeout(ISSUER_ANSWER_MS),
  };
  return new Promise((resolve, reject) => {
    const request =
      url.protocol === 'https:'
        ? // Read each time: the authorities may be renewed while the gateway runs.
          httpsGet(
            url,
            authority === undefined ? options : { ...options, ca: readFileSync(authority) },
            resolve,
          )
        : httpGet(url, options, resolve);
    request.on('error', reject);
  });
}

/** @throws Error in words for the operator: nothing of the answer stands in it */
export async function fetchIssuerAnswer(address: string, authority?: string): Promise<Claims> {
  const answer = await ask(new URL(address), authority);
  try {
    if (answer.statusCode !== 200) throw new Error(`status ${answer.statusCode}, not 200`);
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of answer) {
      size += chunk.length;
      if (size > MAX_ISSUER_ANSWER_BYTES) {
        throw new Error(`more than ${MAX_ISSUER_ANSWER_BYTES} bytes`);
      }
      chunks.push(chunk);
    }
    const value = parseClaims(Buffer.concat(chunks));
    if (value === undefined) throw new Error('no JSON object');
    return value;
  } finally {
    answer.destroy();
  }
}
