// What the gateway knows of its own state: whether it is ready, what an operator should look at,
// and the figures behind it. Answers that cost something are kept for some seconds.
import { statfs } from 'node:fs/promises';
import { parseEntry } from '../../chaincode/core/entry.js';
import type { ChartsealError, ErrorCode } from '../../chaincode/core/errors.js';
import type { JsonObject } from '../../chaincode/core/json.js';
import { logLabel } from '../../chaincode/core/labels.js';
import { MAX_OUTBOX_ENTRIES } from '../../chaincode/core/limits.js';
import { parseTime } from '../../chaincode/core/time.js';
import type { LedgerProbe } from '../ledger/ledger-probe.js';
import { judgeClock, type SeenTimes } from '../services/doctor/clock.js';
import { checkRoom } from '../services/doctor/disk.js';
import { NO_SILENCE_BOUNDS, type SilenceBounds } from '../services/doctor/feed.js';
import { type Finding, fault, guarded, ok } from '../services/doctor/finding.js';
import { examineRunning } from '../services/doctor/running.js';
import { seenTimes } from '../services/doctor/store.js';
import type { Hospital } from '../services/hospital.js';
import { stoppedBy } from '../services/sequencer/retry.js';
import type { SequencerCounts } from '../services/sequencer/sequencer-options.js';
import { parseJsonRow } from '../store/rows.js';
import { Kept } from './kept.js';
import { identityCertificates } from './own-certificates.js';
import {
  type DatedCertificate,
  type Judged,
  judgeCertificates,
  judgeFinding,
  judgeIdentities,
  judgeLedger,
  judgeShutdown,
  judgeTlsFiles,
  judgeWriteSide,
} from './readiness.js';

export interface Readiness {
  readonly ready: boolean;
  /** One that is not ok while `ready` holds is made up for by others. */
  readonly checks: readonly Judged[];
}

export interface HealthOptions {
  readonly hospital: Hospital;
  readonly version?: string;
  /** Bound of the outbox. */
  readonly outboxEntries?: number;
  /** How long sources may be silent. */
  readonly silence?: SilenceBounds;
  /** Certificates of the listeners as they are shown now. */
  readonly certificates?: () => readonly DatedCertificate[];
  /** Why files of TLS as they lie there now are not served. */
  readonly tlsFaults?: () => readonly ChartsealError[];
  /** Text of the metrics; empty where nobody collects any. */
  readonly metrics?: () => Promise<string>;
  readonly now?: () => number;
}

/** How old each state's oldest entry is, in ms; 0 where nothing waits. */
export interface Ages {
  readonly outboxMs: number;
  readonly unprovenMs: number;
}

/** The doctor looks at everything else itself. */
const OF_GATEWAYS: ReadonlySet<string> = new Set([
  'gateway',
  'outbox',
  'unproven',
  'TLS certificates',
  'TLS files',
]);

const PROBE_WAIT_MS = 3_000;
const PROBE_FOR_MS = 5_000;
const DISK_FOR_MS = 10_000;
const CERTIFICATES_FOR_MS = 60_000;

export class Health {
  readonly #options: HealthOptions;
  readonly #now: () => number;
  readonly #probe: Kept<LedgerProbe | undefined>;
  readonly #room: Kept<Finding>;
  readonly #identities: Kept<readonly DatedCertificate[]>;
  #isEnding = false;

  constructor(options: HealthOptions) {
    const { hospital } = options;
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#probe = new Kept(PROBE_FOR_MS, () => hospital.probeLedger(PROBE_WAIT_MS));
    this.#room = new Kept(DISK_FOR_MS, () => checkRoom(hospital.layout));
    this.#identities = new Kept(CERTIFICATES_FOR_MS, () => identityCertificates(hospital));
  }

  get hospital(): Hospital {
    return this.#options.hospital;
  }

  get counts(): SequencerCounts {
    return this.hospital.sequencer.counts;
  }

  get outboxBound(): number {
    return this.#options.outboxEntries ?? MAX_OUTBOX_ENTRIES;
  }

  /** Not ready from now on. */
  beginShutdown(): void {
    this.#isEnding = true;
  }

  /** By the times that entries were accepted at. */
  ages(): Ages {
    const { accepted, committed, proven } = this.counts;
    const ageOf = (ordinal: number) =>
      ordinal < accepted ? Math.max(0, this.#now() - this.#acceptedAt(ordinal)) : 0;
    return { outboxMs: ageOf(committed), unprovenMs: ageOf(proven) };
  }

  /** Newest times that store and ledger hold. */
  seenTimes(): SeenTimes {
    const { accepted } = this.counts;
    const { endorsedAt } = seenTimes(this.hospital.store);
    return { entryAt: accepted === 0 ? 0 : this.#acceptedAt(accepted - 1), endorsedAt };
  }

  /** When an append was last committed, in ms since 1970; 0 for never. */
  appendedAt(): number {
    return this.hospital.sequencer.pace.appendedAt ?? this.seenTimes().endorsedAt;
  }

  probe(): Promise<LedgerProbe | undefined> {
    return this.#probe.value();
  }

  /** TLS certificates, and the identities with which the ledger is called. */
  async certificates(): Promise<{
    readonly tls: readonly DatedCertificate[];
    readonly identities: readonly DatedCertificate[];
  }> {
    const tls = this.#options.certificates?.() ?? [];
    return { tls, identities: await this.#identities.value() };
  }

  async freeBytes(): Promise<number> {
    const { bavail, bsize } = await statfs(this.hospital.folder);
    return bavail * bsize;
  }

  /** For whoever sends work here, and for whoever is woken when it says no. */
  async ready(): Promise<Readiness> {
    const checks = await this.#judge();
    const ready = checks.every(({ ok: isOk, isNeeded }) => isOk || !isNeeded);
    return { ready, checks };
  }

  /** What the doctor finds in this process, and what only a gateway has. */
  async findings(): Promise<readonly Finding[]> {
    const { silence = NO_SILENCE_BOUNDS } = this.#options;
    const options = { nodeProblem: '', now: this.#now, silence };
    const found = await examineRunning(this.hospital, options);
    const checks = (await this.#judge()).filter(({ name }) => OF_GATEWAYS.has(name));
    const more = checks.map(({ name, ok: isOk, sentence, nextStep = '' }) =>
      isOk ? ok(name, sentence) : fault(name, sentence, nextStep),
    );
    return [...found, ...more];
  }

  /** Why nothing can be written any more: a store that failed once tells by the next write. */
  get stopped(): ChartsealError | undefined {
    const { sequencer, store } = this.hospital;
    return sequencer.fault ?? (store.db.fault && stoppedBy(store.db.fault));
  }

  /** What /v1/status answers. */
  status(): JsonObject {
    const { hospital } = this;
    const { delay } = hospital.sequencer;
    const { accepted, committed, proven } = this.counts;
    const state = this.stopped ? 'stopped' : delay ? 'held' : this.#isEnding ? 'ending' : 'running';
    const fixity = this.#lastFixity();
    return {
      state,
      log: hospital.context.registration.origin,
      logId: hospital.context.logId,
      ledger: hospital.ledgerKind,
      accepted,
      committed,
      proven,
      waiting: accepted - committed,
      outboxBound: this.outboxBound,
      size: hospital.store.findMarker()?.size ?? 0,
      version: this.#options.version ?? 'unknown',
      ...(fixity === undefined ? {} : { fixity }),
    };
  }

  /** In Prometheus' text format. */
  async metrics(): Promise<string> {
    return (await this.#options.metrics?.()) ?? '';
  }

  async #judge(): Promise<readonly Judged[]> {
    const { hospital } = this;
    const { sequencer, folder, ledgerKind: kind } = hospital;
    const now = this.#now();
    const side = {
      counts: this.counts,
      outboxBound: this.outboxBound,
      isReconciled: sequencer.isReconciled,
      fault: this.stopped,
      appendFailure: sequencer.pace.failureOf('append'),
      proveFailure: sequencer.pace.failureOf('prove'),
      unprovenAgeMs: this.ages().unprovenMs,
    };
    const find = async (name: string, act: () => Promise<Finding> | Finding, code?: ErrorCode) => {
      const found = await guarded(name, folder, async () => [await act()], kind);
      return found.map((finding) => judgeFinding(finding, code));
    };
    const { delay } = sequencer;
    const doubt = { fault: delay, isHeld: true, folder };
    return [
      judgeShutdown(this.#isEnding),
      ...judgeWriteSide(side, folder, kind),
      ...judgeLedger(await this.probe(), kind, sequencer.isReconciled),
      ...(await find('clock', () => judgeClock(now, this.seenTimes(), doubt), delay?.code)),
      ...(await find('disk', () => this.#room.value())),
      ...judgeCertificates(this.#options.certificates?.() ?? [], now),
      ...judgeTlsFiles(this.#options.tlsFaults?.() ?? []),
      ...(await find('identities', async () =>
        judgeIdentities(await this.#identities.value(), now),
      )),
    ];
  }

  #acceptedAt(ordinal: number): number {
    const { entry } = this.hospital.store.readEntry(ordinal);
    return parseTime(parseJsonRow<{ at: string }>(entry).at, 'at');
  }

  /** The newest entry about the log itself, when that is a fixity run. */
  #lastFixity(): JsonObject | undefined {
    const { store, context } = this.hospital;
    const head = store.findHead(logLabel(context.registration.origin));
    if (head === undefined) return undefined;
    const entry = parseEntry(store.readEntry(head.ordinal).entry);
    if (entry.act !== 'fixity') return undefined;
    const { scope, counts, startedAt, endedAt } = entry;
    return { scope: { ...scope }, counts: { ...counts }, startedAt, endedAt };
  }
}
