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
  // As it is, or in quotes as RFC 8941 writes texts.
  shape: text({
    min: 1,
    max: 256,
    pattern: /^(?:[\x21\x23-\x7e]+|"[\x21\x23-\x5b\x5d-\x7e]+")$/,
  }),
};

function contradict(message: string): never {
  throw new ChartsealError('REQUEST_CONFLICT', message);
}

/** The key of the header, undefined without one. */
export function keyOf({ values }: ApiRequest): string | undefined {
  const given = values[NAME];
  if (typeof given !== 'string') return undefined;
  return given.startsWith('"') ? given.slice(1, -1) : given;
}

/** The source with the key of the header in it. Throws REQUEST_CONFLICT when the two differ. */
export function sourceWithKey<T extends Source | undefined>(request: ApiRequest, source: T): T {
  const key = keyOf(request);
  if (key === undefined) return source;
  if (source === undefined) {
    contradict('the header Idempotency-Key needs source.system, whose request it names');
  }
  const { requestId = key } = source;
  if (requestId !== key) contradict('the header Idempotency-Key is not source.requestId');
  return { ...source, requestId };
}

/** Lines carry request ids of their own. */
export function checkNoKey(request: ApiRequest): void {
  if (keyOf(request) !== undefined)
    contradict('lines have source.requestId each, no Idempotency-Key');
}
