// How often one caller, and one address that shows no good credentials, may ask.
import type { Request, RequestHandler } from 'express';
import { ipKeyGenerator, type Options, rateLimit } from 'express-rate-limit';
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { Caller } from './caller.js';
import type { ListenerKind } from './observer.js';

export interface RateLimits {
  /** Of one caller; of one address that is not known. */
  readonly requestsPerMinute: number;
  /** From one address. */
  readonly refusedLoginsPerMinute: number;
}

const MINUTE_MS = 60_000;

type Counted = Request & { readonly rate?: { readonly limit: number; readonly resetTime?: Date } };

const limiter = (name: string, options: Partial<Options>): RequestHandler =>
  rateLimit({
    windowMs: MINUTE_MS,
    standardHeaders: false,
    legacyHeaders: false,
    requestPropertyName: 'rate',
    handler: (request: Counted, response, next) => {
      const { limit = 0, resetTime } = request.rate ?? {};
      const leftMs = (resetTime?.getTime() ?? Date.now() + MINUTE_MS) - Date.now();
      response.setHeader('Retry-After', Math.max(1, Math.ceil(leftMs / 1000)));
      next(new ChartsealError('RATE_LIMITED', `more than ${limit} ${name} in a minute`));
    },
    ...options,
  });

const pass: RequestHandler = (_request, _response, next) => next();
const addressOf = ({ ip = '' }: Request) => `address ${ipKeyGenerator(ip)}`;

/**
 * `refused` counts credentials that were refused, `taken` every other request, `finished` ways back
 * from a provider that ended in a refusal, whatever cookie came with them. Good credentials are
 * never held back by the refusals of others at the same address. Commands beside the gateway are
 * not limited.
 */
export function rateLimiters(
  { requestsPerMinute, refusedLoginsPerMinute }: RateLimits,
  listener: ListenerKind,
): { refused: RequestHandler; taken: RequestHandler; finished: RequestHandler } {
  if (listener === 'local') return { refused: pass, taken: pass, finished: pass };
  const refused = limiter('refused logins', {
    limit: refusedLoginsPerMinute,
    keyGenerator: addressOf,
  });
  const taken = limiter('requests', {
    limit: requestsPerMinute,
    keyGenerator: (request, response) => {
      const { caller } = response.locals['progress'] as { caller?: Caller };
      return caller === undefined ? addressOf(request) : `${caller.organisation} ${caller.id}`;
    },
  });
  const finished = limiter('refused logins', {
    limit: refusedLoginsPerMinute,
    keyGenerator: addressOf,
    skipSuccessfulRequests: true,
    requestWasSuccessful: (_request, { locals }) => {
      const { code } = locals['progress'] as { code?: string };
      // Nobody refused whom a provider that is away could not vouch for.
      return code === undefined || code === 'IDENTITY_PROVIDER_UNREACHABLE';
    },
  });
  return { refused, taken, finished };
}
