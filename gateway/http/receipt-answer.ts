// The receipt of one entry, waited for when the caller does.
import { formatReceipt } from '../evidence/receipt.js';
import { withholdInReceipt } from '../evidence/withhold.js';
import type { ApiAnswer, ApiRequest } from './route.js';
import type { GatewayServices } from './services.js';
import { callerOf, textsWithheldFrom } from './visibility.js';

/** A receipt as the caller may see it. Throws NOT_PROVEN_YET, STORE_CORRUPT. */
export async function receiptFor(
  request: ApiRequest,
  { hospital }: GatewayServices,
  ordinal: number,
): Promise<Uint8Array> {
  const texts = textsWithheldFrom(callerOf(request));
  return formatReceipt(withholdInReceipt(await hospital.receipts.make(ordinal), texts));
}

/** Throws NOT_PROVEN_YET, LOG_STOPPED for a caller who waits in vain, STORE_CORRUPT. */
export async function answerReceipt(
  request: ApiRequest,
  services: GatewayServices,
  ordinal: number,
): Promise<ApiAnswer> {
  const { waitMs, signal } = request;
  const { sequencer } = services.hospital;
  const isProven = waitMs > 0 && (await sequencer.waitProvenUpTo(ordinal, waitMs, signal));
  const body = await receiptFor(request, services, ordinal);
  const headers = isProven ? { headers: { 'Preference-Applied': `wait=${waitMs / 1000}` } } : {};
  return { status: 200, type: 'application/json', ...headers, body };
}
