// One question to an identity provider, over HTTPS or loopback, bounded in time and size. A
// redirect is a failure, because keys and tokens come from where they are configured to be.
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { ISSUER_ANSWER_MS, MAX_ISSUER_ANSWER_BYTES } from './auth-limits.js';
import { type Claims, parseClaims } from './claims.js';
import { readIssuerFile } from './issuer-file.js';

export interface IssuerQuestion {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** PEM file of the authorities; those of Node when it is left out. */
  readonly authority?: string | undefined;
}

export interface IssuerAnswer {
  readonly status: number;
  readonly type: string;
  readonly bytes: Buffer;
}

function ask(url: URL, question: IssuerQuestion): Promise<IncomingMessage> {
  const { method = 'GET', headers = {}, body, authority } = question;
  const options = {
    method,
    headers: { accept: 'application/json', ...headers, 'accept-encoding': 'identity' },
    agent: false,
    signal: AbortSignal.timeout(ISSUER_ANSWER_MS),
  };
  return new Promise((resolve, reject) => {
    const request =
      url.protocol === 'https:'
        ? // Read each time: the authorities may be renewed while the gateway runs.
          httpsRequest(
            url,
            authority === undefined ? options : { ...options, ca: readIssuerFile(authority) },
            resolve,
          )
        : httpRequest(url, options, resolve);
    request.on('error', reject);
    request.end(body);
  });
}

/** @throws Error in words for the operator: nothing of the answer stands in it */
export async function askIssuer(url: URL, question: IssuerQuestion): Promise<IssuerAnswer> {
  const answer = await ask(url, question);
  try {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of answer) {
      size += chunk.length;
      if (size > MAX_ISSUER_ANSWER_BYTES) {
        throw new Error(`more than ${MAX_ISSUER_ANSWER_BYTES} bytes`);
      }
      chunks.push(chunk);
    }
    const { statusCode = 0, headers } = answer;
    return {
      status: statusCode,
      type: headers['content-type'] ?? '',
      bytes: Buffer.concat(chunks),
    };
  } finally {
    answer.destroy();
  }
}

/** GET of a JSON object. @throws Error as {@link askIssuer} */
export async function fetchIssuerAnswer(address: string, authority?: string): Promise<Claims> {
  const { status, bytes } = await askIssuer(new URL(address), { authority });
  if (status !== 200) throw new Error(`status ${status}, not 200`);
  const value = parseClaims(bytes);
  if (value === undefined) throw new Error('no JSON object');
  return value;
}
