// Bundles of events: which kinds are taken, and the Bundle that answers.
import { STATUS_CODES } from 'node:http';
import type { Bundle, BundleEntry, FhirResource } from 'fhir/r4';
import { ChartsealError, ERROR_CODES } from '../../../chaincode/core/errors.js';
import type { FhirBody, FhirPart } from '../../fhir/bundle.js';
import { FhirIssue } from '../../fhir/fhir-issue.js';
import { outcomeOfError } from '../../fhir/operation-outcome.js';
import { ENDS_ALL } from '../../services/write-side.js';
import { refusalOf } from '../problem.js';
import type { ApiAnswer } from '../route.js';
import type { GatewayServices } from '../services.js';
import type { EventAcceptor, Landed, Sent } from './accept-events.js';
import type { Return } from './negotiation.js';
import { fhirBody } from './refusal.js';
import {
  acceptedAt,
  ETAG,
  eventId,
  landedOutcome,
  readFound,
  statusOf,
  versionOf,
  writtenEvent,
} from './written.js';

function errorEntry(error: unknown): BundleEntry {
  const refusal = refusalOf(error);
  const { status } = ERROR_CODES[refusal.code];
  const outcome = outcomeOfError(refusal) as FhirResource;
  return { response: { status: statusText(status), outcome } };
}

const statusText = (status: number) => `${status} ${STATUS_CODES[status] ?? ''}`.trim();

function landedEntry(services: GatewayServices, landed: Landed, wanted: Return): BundleEntry {
  if (landed.length === 0) {
    const outcome = landedOutcome(landed) as FhirResource;
    return { response: { status: statusText(200), outcome } };
  }
  const id = eventId(landed);
  const found = readFound(services, id);
  const lastModified = found && new Date(acceptedAt(found)).toISOString();
  const isNamed = landed.length > 1 || wanted === 'OperationOutcome';
  return {
    ...(wanted === 'representation' && found ? { resource: writtenEvent(found) } : {}),
    response: {
      status: statusText(statusOf(landed)),
      location: versionOf(id),
      etag: ETAG,
      ...(lastModified === undefined ? {} : { lastModified }),
      // Of an event about several patients the outcome names all entries.
      ...(isNamed ? { outcome: landedOutcome(landed) as FhirResource } : {}),
    },
  };
}

function answerBundle(type: Bundle['type'], entry: BundleEntry[]): ApiAnswer {
  const bundle: Bundle = { resourceType: 'Bundle', type, ...(entry.length > 0 ? { entry } : {}) };
  return { status: 200, ...fhirBody(bundle) };
}

export interface BundleWork {
  readonly services: GatewayServices;
  readonly acceptor: EventAcceptor;
  readonly sent: Sent;
  readonly wanted: Return;
}

/** Throws what refused the first entry at fault; then nothing of it is stored. */
async function transaction(parts: readonly FhirPart[], work: BundleWork): Promise<ApiAnswer> {
  const { acceptor, services, sent, wanted } = work;
  const landed = await acceptor.together(parts, sent);
  return answerBundle(
    'transaction-response',
    landed.map((one) => landedEntry(services, one, wanted)),
  );
}

/** Entries that wait for the log at the same time. */
const IN_FLIGHT = 256;

async function answerEntry(part: FhirPart, work: BundleWork): Promise<BundleEntry> {
  const { acceptor, services, sent, wanted } = work;
  try {
    const own = { bytes: part.bytes, receivedAt: sent.receivedAt };
    return landedEntry(services, await acceptor.one(part, own, true), wanted);
  } catch (error) {
    if (!(error instanceof ChartsealError) || ENDS_ALL.has(error.code)) throw error;
    return errorEntry(error);
  }
}

async function each(parts: readonly FhirPart[], work: BundleWork): Promise<ApiAnswer> {
  const entries: BundleEntry[] = [];
  for (let at = 0; at < parts.length; at += IN_FLIGHT) {
    const some = parts.slice(at, at + IN_FLIGHT).map((part) => answerEntry(part, work));
    // All have landed before anybody is told that one of them ended everything.
    await Promise.allSettled(some);
    entries.push(...(await Promise.all(some)));
  }
  return answerBundle('batch-response', entries);
}

/** @param isBase whether it came to the base address, where FHIR has batches and transactions */
export async function acceptBundle(
  { type, parts }: Extract<FhirBody, { readonly kind: 'bundle' }>,
  work: BundleWork,
  isBase: boolean,
): Promise<ApiAnswer> {
  if (type === 'transaction') return transaction(parts, work);
  if (type === 'batch' || !isBase) return each(parts, work);
  const issue = ['not-supported', 'Bundle.type', 'must be batch or transaction'] as const;
  throw await work.acceptor.refused(new FhirIssue('BAD_INPUT', ...issue), work.sent);
}
