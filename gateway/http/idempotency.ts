// The header Idempotency-Key: it stands for `source.requestId`, under which the sequencer knows a
// submission again.
import type { Source } from '../../chaincode/core/entry.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { text } from '../../chaincode/core/shape.js';
import type { ApiRequest, Parameter } from './route.js';

const NAME = 'Idempotency-Key';

export const IDEMPOTENCY_KEY: Parameter = {
  in: 'header',
  name: NAME,
  description:
    'Stands for source.requestId where the body has none: the same request may be sent again.',
  shape: text({ min: 1, max: 256, pattern: /^[\x21-\x7e]+$/ }),
};

function bad(message: string): never {
  throw new ChartsealError('BAD_INPUT', message);
}

function keyOf({ values }: ApiRequest): string | undefined {
  const given = values[NAME];
  if (typeof given !== 'string') return undefined;
  const key = /^"([^"\\]+)"$/.exec(given)?.[1] ?? given;
  return key.includes('"') ? bad('the header Idempotency-Key is no text in quotes') : key;
}

/** The source with the key of the header in it. Throws BAD_INPUT when both are there and differ. */
export function sourceWithKey<T extends Source | undefined>(request: ApiRequest, source: T): T {
  const key = keyOf(request);
  if (key === undefined) return source;
  if (source === undefined) {
    bad('the header Idempotency-Key needs source.system, whose request it names');
  }
  const { requestId = key } = source;
  if (requestId !== key) bad('the header Idempotency-Key is not source.requestId');
  return { ...source, requestId };
}

/** Lines carry request ids of their own. */
export function checkNoKey(request: ApiRequest): void {
  if (keyOf(request) !== undefined) bad('lines have source.requestId each, no Idempotency-Key');
}
