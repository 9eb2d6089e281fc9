// Figures of the log: how far it is, how long things wait, who of the ledger answers.
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { LedgerPart } from '../ledger/ledger-probe.js';
import type { Health } from './health.js';

const APPEND_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

type Labels = Readonly<Record<string, string>>;
/** Value without labels, or one value for each set of labels. */
type Sample = number | readonly (readonly [labels: Labels, value: number])[];

export class LogMetrics {
  readonly #registry: Registry;
  readonly #unknown: Gauge<'figure'>;

  constructor(registry: Registry, health: Health) {
    this.#registry = registry;
    this.#unknown = new Gauge({
      name: 'chartseal_unknown_figures',
      help: '1 for a figure that could not be found out when it was last asked for',
      labelNames: ['figure'],
      registers: [registry],
    });
    this.#watchAppends(health);
    this.#addCounts(health);
    this.#addAges(health);
    this.#addMachine(health);
    this.#addLedger(health);
    this.#addChecks(health);
    this.#addInquiries(health);
  }

  /** A figure that is found out when somebody asks. */
  #gauge(
    name: string,
    help: string,
    sample: () => Sample | Promise<Sample>,
    labelNames: readonly string[] = [],
  ): void {
    const unknown = this.#unknown;
    new Gauge({
      name: `chartseal_${name}`,
      help,
      labelNames,
      registers: [this.#registry],
      async collect() {
        this.reset();
        let found: Sample;
        try {
          found = await sample();
          unknown.set({ figure: name }, 0);
        } catch {
          // One that fails must not hide the others from whoever looks for the fault.
          unknown.set({ figure: name }, 1);
          return;
        }
        if (typeof found === 'number') this.set(found);
        else for (const [labels, value] of found) this.set(labels, value);
      },
    });
  }

  #watchAppends({ hospital }: Health): void {
    const registers = [this.#registry];
    const durations = new Histogram({
      name: 'chartseal_append_duration_seconds',
      help: 'From sending an append to the ledger until it is committed',
      buckets: APPEND_SECONDS,
      registers,
    });
    const failures = new Counter({
      name: 'chartseal_ledger_failures_total',
      help: 'Calls of the ledger by the write side that failed; most are tried again',
      labelNames: ['step', 'code'],
      registers,
    });
    hospital.sequencer.pace.watch({
      appended: (ms) => durations.observe(ms / 1000),
      failed: (step, { code }) => failures.inc({ step, code }),
    });
  }

  #addCounts(health: Health): void {
    this.#gauge(
      'entries',
      'Entries in each state; each state includes the next',
      () => Object.entries(health.counts).map(([state, count]) => [{ state }, count] as const),
      ['state'],
    );
    this.#gauge('outbox_entries', 'Accepted entries that the ledger does not have yet', () => {
      const { accepted, committed } = health.counts;
      return accepted - committed;
    });
    this.#gauge(
      'outbox_bound_entries',
      'So many may wait; then new ones are refused with 429',
      () => health.outboxBound,
    );
    this.#gauge(
      'log_stopped',
      '1 with the code of the fault while the write side is stopped, else 0',
      () => {
        const { stopped: fault } = health;
        if (fault === undefined) return [[{ code: 'none' }, 0]];
        const { code } = (fault.cause ?? fault) as { code?: string };
        return [[{ code: code ?? 'UNEXPECTED' }, 1]];
      },
      ['code'],
    );
  }

  #addAges(health: Health): void {
    this.#gauge(
      'outbox_age_seconds',
      'Age of the oldest accepted entry that is not committed; 0 when nothing waits',
      () => health.ages().outboxMs / 1000,
    );
    this.#gauge(
      'unproven_age_seconds',
      'Age of the oldest accepted entry that is not proven; 0 when all are',
      () => health.ages().unprovenMs / 1000,
    );
    this.#gauge(
      'last_append_age_seconds',
      'Since the newest append',
      () => Math.max(0, Date.now() - health.appendedAt()) / 1000,
    );
    this.#gauge(
      'clock_behind_seconds',
      'How far this clock is behind the newest time that store and ledger hold; 0 when it is not',
      () => {
        const { entryAt, endorsedAt } = health.seenTimes();
        return Math.max(0, Math.max(entryAt, endorsedAt) - Date.now()) / 1000;
      },
    );
    this.#gauge(
      'clock_fault',
      '1 while nothing is accepted or appended because of the clock',
      () => (health.hospital.sequencer.delay === undefined ? 0 : 1),
    );
  }

  #addMachine(health: Health): void {
    this.#gauge('disk_free_bytes', 'Room on the disk of the data folder', () => health.freeBytes());
    this.#gauge(
      'certificate_expiry_seconds',
      'Until a certificate or a revocation list must be replaced; below 0 when it has ended',
      async () => {
        const { tls, identities } = await health.certificates();
        return [...tls, ...identities].map(
          ({ name, until }) => [{ name }, (until - Date.now()) / 1000] as const,
        );
      },
      ['name'],
    );
  }

  #addLedger(health: Health): void {
    const parts = async (): Promise<readonly LedgerPart[]> => (await health.probe())?.parts ?? [];
    this.#gauge(
      'ledger_up',
      '1 while a part of the ledger answers: peers of our own, organisations, orderers',
      async () => {
        if (health.hospital.ledgerKind === 'embedded') {
          return [[{ kind: 'embedded', name: 'this process' }, 1]];
        }
        return (await parts()).map(({ kind, name, isUp }) => [{ kind, name }, isUp ? 1 : 0]);
      },
      ['kind', 'name'],
    );
    this.#gauge(
      'ledger_usable',
      '1 while enough of the ledger answers to commit, and to prove',
      async () => {
        const probe = await health.probe();
        return [
          [{ step: 'commit' }, probe?.canCommit === true ? 1 : 0],
          [{ step: 'prove' }, probe?.canProve === true ? 1 : 0],
        ];
      },
      ['step'],
    );
    const withHeight = async () =>
      (await parts()).flatMap(({ name, height }) =>
        height === undefined ? [] : [{ name, height }],
      );
    this.#gauge(
      'ledger_height_blocks',
      'Blocks that the peers of an organisation have',
      async () => (await withHeight()).map(({ name, height }) => [{ name }, height]),
      ['name'],
    );
    this.#gauge(
      'ledger_lag_blocks',
      'How many blocks an organisation is behind the one that has most',
      async () => {
        const found = await withHeight();
        const most = Math.max(...found.map(({ height }) => height));
        return found.map(({ name, height }) => [{ name }, most - height]);
      },
      ['name'],
    );
  }

  /** Unknown until all were gone over once. */
  #addInquiries({ hospital }: Health): void {
    const counts = async () => {
      const { inquiries } = hospital;
      if (inquiries.open.isThrough) return inquiries.counts(Date.now());
      throw new ChartsealError('STORE_FAILED', 'the inquiries were not gone over yet');
    };
    this.#gauge(
      'inquiries_open',
      'Questions of patients that wait for an answer',
      async () => (await counts()).open,
    );
    this.#gauge(
      'inquiries_overdue',
      'Of these, later than patients were told',
      async () => (await counts()).overdue,
    );
  }

  /** What /readyz says, for alarms. */
  #addChecks(health: Health): void {
    this.#gauge('ready', '1 while /readyz answers 200', async () =>
      (await health.ready()).ready ? 1 : 0,
    );
    this.#gauge(
      'check_ok',
      '1 while a check of /readyz is well; which says what to do',
      async () => {
        const { checks } = await health.ready();
        return checks.map(({ name, ok }) => [{ check: name }, ok ? 1 : 0]);
      },
      ['check'],
    );
  }
}
