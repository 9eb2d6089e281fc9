// FHIR AuditEvents on their way into the log: read, held against who sends them, accepted, counted
// in the feed, and kept aside where something in them stands against it.
import { ChartsealError, type ErrorCode } from '../../../chaincode/core/errors.js';
import { parseTime } from '../../../chaincode/core/time.js';
import type { FhirPart } from '../../fhir/bundle.js';
import { FhirIssue, withPrefix } from '../../fhir/fhir-issue.js';
import { readAuditEvent } from '../../fhir/read-audit-event.js';
import { causeOf, notKept, outcomeOf } from '../../services/feed/audit-import.js';
import { countRefused } from '../../services/feed/counted.js';
import type { FeedSource } from '../../services/feed/facts.js';
import type { Accepted } from '../../services/sequencer/accept-group.js';
import { MAX_TOGETHER, RefusedTogether } from '../../services/sequencer/accept-request.js';
import type { AccessSubmission } from '../../services/submission.js';
import type { Caller } from '../caller.js';
import type { GatewayServices } from '../services.js';
import { checkSource, submitterOf } from '../visibility.js';

/** What became of one resource: an entry for each of its patients; none when it is counted only. */
export type Landed = readonly Accepted[];

/** What one resource says: an access of each of its patients. */
type Lot = readonly AccessSubmission[];

/** What an event itself is at fault for; a sender that tries again is refused again. */
const OF_THE_EVENT: ReadonlySet<ErrorCode> = new Set([
  'BAD_INPUT',
  'BAD_JSON',
  'EVENT_NOT_MAPPED',
  'IDEMPOTENCY_CONFLICT',
  'PATIENT_NOT_NORMAL',
]);

/** Something of the body that is kept aside when it is refused. */
export interface Sent {
  readonly bytes: Uint8Array;
  readonly receivedAt: number;
}

export class EventAcceptor {
  readonly #services: GatewayServices;
  readonly #caller: Caller;
  readonly #source: FeedSource;

  constructor(services: GatewayServices, caller: Caller) {
    this.#services = services;
    this.#caller = caller;
    this.#source = { via: 'fhir', caller: submitterOf(caller) };
  }

  /** All entries of one resource or none. Throws what refused it, once it is kept aside. */
  async one(resource: FhirPart, sent: Sent, whenRoom = false): Promise<Landed> {
    let source = this.#source;
    try {
      const submissions = this.#read(resource);
      source = this.#sourceOf(submissions);
      const landed = await this.#accept(submissions, whenRoom);
      await this.#count(source, submissions, landed);
      return landed;
    } catch (error) {
      throw await this.refused(told(error, resource.expression), sent, source);
    }
  }

  /** All entries of all resources or none. Throws what refused the first of them. */
  async together(resources: readonly FhirPart[], sent: Sent): Promise<readonly Landed[]> {
    const lots: Lot[] = [];
    /** Of the resource that is at fault, while one may be. */
    let fault: number | undefined;
    try {
      for (const resource of resources) {
        fault = lots.length;
        lots.push(this.#read(resource));
      }
      fault = undefined;
      const all = lots.flat();
      if (all.length > MAX_TOGETHER) {
        const text = `a transaction has at most ${MAX_TOGETHER} entries of patients; send a batch`;
        throw new ChartsealError('TOO_LARGE', text);
      }
      const accepted = await this.#accept(all).catch((error: unknown) => {
        if (error instanceof RefusedTogether) fault = lotAt(lots, error.position);
        throw error;
      });
      const ends = endsOf(lots);
      const landed = lots.map((lot, index) => {
        const end = ends[index] as number;
        return accepted.slice(end - lot.length, end);
      });
      for (const [index, lot] of lots.entries()) {
        await this.#count(this.#sourceOf(lot), lot, landed[index] as Landed);
      }
      return landed;
    } catch (error) {
      const { expression = '' } = fault === undefined ? {} : (resources[fault] ?? {});
      const sources = resources.map((resource, at) =>
        this.#sourceOf(lots[at] ?? this.#try(resource)),
      );
      throw await this.#refusedTogether(told(error, expression), sent, sources, fault);
    }
  }

  /** As {@link refused}; kept aside as one, for the source at fault, and counted for each. */
  async #refusedTogether(
    error: unknown,
    sent: Sent,
    sources: readonly FeedSource[],
    fault = 0,
  ): Promise<unknown> {
    const answer = await this.refused(error, sent, sources[fault]);
    const { feed } = this.#services.hospital;
    const others = sources.filter((_source, at) => at !== fault);
    await Promise.all(others.map((source) => countRefused(feed, source, answer)));
    return answer;
  }

  /** Gives what the sender is to be told, once what it sent is counted or kept aside. */
  async refused(error: unknown, { bytes, receivedAt }: Sent, source = this.#source) {
    if (!(error instanceof ChartsealError) || !OF_THE_EVENT.has(error.code)) {
      await countRefused(this.#services.hospital.feed, source, error);
      return error;
    }
    try {
      const aside = { source, receivedAt, bytes, mediaType: 'application/fhir+json' };
      await this.#services.hospital.feed.keepAside({ ...aside, cause: causeOf(error) });
      return error;
    } catch (failure) {
      return failure instanceof ChartsealError ? notKept(failure, error) : failure;
    }
  }

  #read(resource: FhirPart): Lot {
    if ('issue' in resource) throw resource.issue;
    const { fhir } = this.#services;
    const submissions = readAuditEvent(resource.resource, fhir, resource.digest);
    for (const { source } of submissions) checkSource(this.#caller, source);
    return submissions;
  }

  /** What can be read of what comes after a resource that was refused. */
  #try(resource: FhirPart): Lot {
    try {
      return this.#read(resource);
    } catch (error) {
      if (error instanceof ChartsealError) return [];
      throw error;
    }
  }

  #accept(submissions: readonly AccessSubmission[], whenRoom = false): Promise<Landed> {
    const { sequencer } = this.#services.hospital;
    return sequencer.acceptAll(submissions, { by: submitterOf(this.#caller), whenRoom });
  }

  #sourceOf([first]: Lot): FeedSource {
    return first === undefined ? this.#source : { ...this.#source, system: first.source.system };
  }

  async #count(
    source: FeedSource,
    [first]: readonly AccessSubmission[],
    landed: Landed,
  ): Promise<void> {
    const at = first && parseTime(first.occurredAt, 'occurredAt');
    await this.#services.hospital.feed.arrived(source, outcomeOf(landed), at);
  }
}

/** Of each lot, how many submissions there are up to its end. */
function endsOf(lots: readonly Lot[]): number[] {
  let end = 0;
  return lots.map((lot) => {
    end += lot.length;
    return end;
  });
}

/** Of the lot in which a submission stands. */
const lotAt = (lots: readonly Lot[], position: number) =>
  endsOf(lots).findIndex((end) => position < end);

/** A refusal with the element that it is about, seen from the body. */
function told(error: unknown, prefix: string): unknown {
  // What stands against an entry of a Bundle names its place already.
  if (error instanceof FhirIssue) {
    return error.expression.startsWith('Bundle') ? error : withPrefix(error, prefix);
  }
  if (prefix === '' || !(error instanceof ChartsealError)) return error;
  return OF_THE_EVENT.has(error.code)
    ? new FhirIssue(error.code, 'business-rule', prefix, error.message)
    : error;
}
