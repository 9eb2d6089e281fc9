// Entries by their leaf hash: how far they have come, and their receipts.
import { decodeHex } from '../../../chaincode/core/bytes.js';
import { parseEntry } from '../../../chaincode/core/entry.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { HASH_BYTES } from '../../../chaincode/core/limits.js';
import { hex, integer, object, oneOf } from '../../../chaincode/core/shape.js';
import { ENTRY_STATES, stateOf } from '../../services/entry-state.js';
import { RECEIPT_ANSWER } from '../accepting.js';
import { answerReceipt } from '../receipt-answer.js';
import type { Access, ApiRequest, Parameter, Route } from '../route.js';
import type { GatewayServices } from '../services.js';
import { callerOf, entriesOf } from '../visibility.js';

const READERS: Access = { own: ['archivist', 'auditor', 'source-system'] };

const LEAF_HASH: Parameter = {
  in: 'path',
  name: 'leafHash',
  description: 'As it was answered when the entry was accepted.',
  shape: hex(HASH_BYTES),
};

const ENTRY_SHAPE = object({
  leafHash: hex(HASH_BYTES),
  state: oneOf(ENTRY_STATES),
  'index?': integer(),
});

/** What another system submitted is as if it were not there. */
export function findVisible(
  request: ApiRequest,
  { hospital }: GatewayServices,
  hash: string,
): number {
  const { store } = hospital;
  const ordinal = store.findByLeafHash(decodeHex(hash, 'leaf hash', HASH_BYTES));
  if (ordinal !== undefined) {
    const entry = parseEntry(store.readEntry(ordinal).entry);
    if (entriesOf(callerOf(request))(entry)) return ordinal;
  }
  throw new ChartsealError('NOT_FOUND', 'no entry has this leaf hash');
}

const leafHashOf = ({ values }: ApiRequest) => String(values['leafHash']);

export const RECEIPT_ROUTES: readonly Route[] = [
  {
    operationId: 'readEntry',
    method: 'GET',
    path: '/v1/entries/{leafHash}',
    tag: 'Receipts',
    summary: 'How far an accepted entry has come.',
    access: READERS,
    parameters: [LEAF_HASH],
    answers: {
      200: {
        description: 'accepted is durable, committed is on the ledger, proven has a receipt.',
        content: { type: 'application/json', shape: ENTRY_SHAPE },
      },
    },
    refusals: ['NOT_FOUND'],
    async handle(request, services) {
      const leafHash = leafHashOf(request);
      const ordinal = findVisible(request, services, leafHash);
      const { sequencer, store } = services.hospital;
      const state = stateOf(sequencer, ordinal);
      const place = state === 'proven' ? await store.findPlace(ordinal) : undefined;
      const index = place === undefined ? {} : { index: place.index };
      return { status: 200, body: { leafHash, state, ...index } };
    },
  },
  {
    operationId: 'readReceipt',
    method: 'GET',
    path: '/v1/receipts/{leafHash}',
    tag: 'Receipts',
    summary: 'The receipt of an entry, which anybody can verify offline.',
    access: READERS,
    parameters: [LEAF_HASH],
    answers: { 200: RECEIPT_ANSWER },
    refusals: ['NOT_FOUND', 'NOT_PROVEN_YET', 'LOG_STOPPED', 'STORE_CORRUPT'],
    waits: true,
    handle: async (request, services) =>
      answerReceipt(request, services, findVisible(request, services, leafHashOf(request))),
  },
];
