// Accepted events as FHIR tells of them: where they are, which version, and the resource itself.
import type { AuditEvent, OperationOutcome } from 'fhir/r4';
import { decodeHex, encodeHex } from '../../../chaincode/core/bytes.js';
import { HASH_BYTES } from '../../../chaincode/core/limits.js';
import { parseTime } from '../../../chaincode/core/time.js';
import { operationOutcome } from '../../fhir/operation-outcome.js';
import { writeAuditEvent } from '../../fhir/write-audit-event.js';
import { EventSearch, type FoundEvent } from '../../services/event-search.js';
import { receiptUrl } from '../accepting.js';
import type { Caller } from '../caller.js';
import { withheldFromPatients } from '../display.js';
import type { GatewayServices } from '../services.js';
import { isStaff } from '../visibility.js';
import type { Landed } from './accept-events.js';

/** Events never change: there is one version of each. */
export const ETAG = 'W/"1"';

export function eventSearchOf({ hospital: { store, sequencer } }: GatewayServices): EventSearch {
  const accepted = () => sequencer.counts.accepted;
  return new EventSearch({ store, labels: sequencer.labels, accepted });
}

/** Private members that the caller is not shown: staff see all, patients what they may. */
export const withheldFrom = (caller: Caller, { display }: GatewayServices): readonly string[] =>
  isStaff(caller) ? [] : withheldFromPatients(display);

/** @param withheld private members that the caller is not shown */
export function writtenEvent(event: FoundEvent, withheld: readonly string[] = []): AuditEvent {
  const opened = Object.entries(event.opened).filter(([member]) => !withheld.includes(member));
  const shown = { ...event, opened: Object.fromEntries(opened) };
  return writeAuditEvent(shown, { receipt: receiptUrl(event.leafHash) });
}

export const eventId = ([first]: Landed): string =>
  encodeHex(first?.leafHash ?? new Uint8Array(HASH_BYTES));

export const idsOf = (landed: Landed): string[] =>
  landed.map(({ leafHash }) => encodeHex(leafHash));

/** 201 for what is new, in part or all; 200 for what came before, and for what is counted only. */
export const statusOf = (landed: Landed): 200 | 201 =>
  landed.every(({ duplicate }) => duplicate) ? 200 : 201;

export const versionOf = (id: string): string => `AuditEvent/${id}/_history/1`;

/** When the gateway accepted it, in ms since 1970. */
export const acceptedAt = ({ entry }: FoundEvent): number => parseTime(entry.at, 'at');

export function readFound(services: GatewayServices, id: string): FoundEvent | undefined {
  return eventSearchOf(services).find(decodeHex(id, 'id', HASH_BYTES));
}

const COUNTED = {
  severity: 'information',
  issueType: 'informational',
  message: 'counted only, nothing was written: the event is about no patient',
} as const;

/** One line for each patient whom the event is about. */
export function landedOutcome(landed: Landed): OperationOutcome {
  if (landed.length === 0) return operationOutcome([COUNTED]);
  return operationOutcome(
    landed.map(({ leafHash, duplicate }) => ({
      severity: 'information',
      issueType: duplicate ? 'duplicate' : 'informational',
      message: duplicate
        ? `accepted before, nothing was written: AuditEvent/${encodeHex(leafHash)}`
        : `accepted: AuditEvent/${encodeHex(leafHash)}`,
    })),
  );
}
