// The receipt of one entry, waited for when the caller does.
import { formatReceipt } from '../evidence/receipt.js';
import type { ApiAnswer, ApiRequest } from './route.js';
import type { GatewayServices } from './services.js';

/** Throws NOT_PROVEN_YET, LOG_STOPPED for a caller who waits in vain, STORE_CORRUPT. */
export async function answerReceipt(
  { waitMs, signal }: ApiRequest,
  { hospital }: GatewayServices,
  ordinal: number,
): Promise<ApiAnswer> {
  const { sequencer, receipts } = hospital;
  const isProven = waitMs > 0 && (await sequencer.waitProvenUpTo(ordinal, waitMs, signal));
  const body = formatReceipt(await receipts.make(ordinal));
  const headers = isProven ? { headers: { 'Preference-Applied': `wait=${waitMs / 1000}` } } : {};
  return { status: 200, type: 'application/json', ...headers, body };
}
