import { writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { openHospital } from '../../gateway/services/hospital.js';
import { type JsonRow, Workplace } from '../support/cli.js';
import { accessSubmission } from '../support/hospital.js';
import { Served } from '../support/served.js';

const DUE = { past: '2026-01-01T00:00:00.000Z', future: '2999-01-01T00:00:00.000Z' };
const QUESTION = '为什么有人看了我的病历?\n\u001b[31mCANARY';

const inner = (row: JsonRow | undefined, name: string) => (row?.[name] ?? {}) as JsonRow;

describe('inquiries on the command line', function () {
  this.timeout(120_000);
  let place: Workplace;
  let gateway: Served | undefined;
  /** Of two patients, the first to be answered first. */
  let ids: readonly string[];

  before(async () => {
    place = new Workplace();
    const made = place.run(['init', '--data', 'd', '--origin', 'a.example/x', '--org', 'A']);
    expect(made.status, made.stderr).to.equal(0);
    writeFileSync(place.path('answer.txt'), 'Es war richtig.\nGruß\n\n');
    const hospital = await openHospital({ folder: place.path('d'), operator: 'test' });
    const found: string[] = [];
    for (const [value, dueAt] of [
      ['P1', DUE.past],
      ['P2', DUE.future],
    ] as const) {
      const submission = accessSubmission(value, value);
      const { leafHash } = await hospital.sequencer.accept(submission);
      const about = Buffer.from(leafHash).toString('hex');
      const { patient } = submission;
      const asked = { patient, question: QUESTION, about, dueAt };
      found.push((await hospital.inquiries.ask(asked)).thread.id);
    }
    ids = found;
    await hospital.sequencer.waitProven(20_000);
    await hospital.close();
  });
  afterEach(async () => {
    await gateway?.end();
    gateway = undefined;
  });
  after(() => place.remove());

  const inquiry = (...args: readonly string[]) => ['inquiry', ...args, '--data', 'd'];
  /** What a command prints alone, and what beside a gateway. */
  async function both<T>(act: () => T): Promise<readonly [T, T]> {
    const alone = act();
    gateway = await Served.start(place);
    const beside = act();
    return [alone, beside];
  }

  it('are listed and shown, alone as beside a gateway', async () => {
    const [alone, beside] = await both(() => ({
      open: place.json(inquiry('list')),
      overdue: place.json(inquiry('list', '--state', 'overdue')),
      shown: place.json(inquiry('show', ids[0] as string)),
      words: place.run(inquiry('show', ids[0] as string)),
    }));
    expect(beside).to.deep.equal(alone);
    const { open, overdue, shown, words } = alone;
    expect(open.status).to.equal(1);
    expect(open.rows.map(({ id }) => id)).to.deep.equal([...ids, undefined]);
    expect(open.rows.at(-1)?.['summary']).to.deep.equal({ listed: 2, open: 2, overdue: 1 });
    expect(overdue.rows.map(({ id }) => id)).to.deep.equal([ids[0], undefined]);
    expect(shown.status).to.equal(0);
    expect(shown.rows[0]).to.include({ id: ids[0], overdue: true, question: QUESTION });
    expect(inner(shown.rows[0], 'event')['act']).to.equal('access');
    expect(words.stdout).to.include('submitted, overdue').and.include('the patient asked');
    expect(words.stdout).to.include('access of 2026-11-01T08:00:00.000Z, physician, hospital-a');
    expect(words.stdout).to.include('\\u{1b}[31mCANARY').and.not.include('\u001b');
  });

  it('are taken up and answered with words from a file or stdin', async () => {
    const [one, two] = ids as readonly [string, string];
    const due = new Date(Date.now() + 200 * 86_400_000).toISOString();
    const story = (id: string) => [
      place.json(inquiry('answer', id, '--due', due)),
      place.json(inquiry('answer', id, '--outcome', 'corrected', '--text', 'answer.txt')),
      place.json(inquiry('answer', id, '--outcome', 'corrected', '--text', '-'), 'again'),
    ];
    const alone = story(one);
    gateway = await Served.start(place);
    const beside = story(two);
    for (const [taken, answered, refused] of [alone, beside]) {
      expect([taken?.status, taken?.rows[0]?.['state']]).to.deep.equal([0, 'in-progress']);
      expect(taken?.rows[0]?.['dueAt']).to.equal(due);
      expect(answered?.status).to.equal(0);
      const steps = answered?.rows[0]?.['steps'] as readonly JsonRow[];
      expect(steps.at(-1)).to.include({ outcome: 'corrected', text: 'Es war richtig.\nGruß' });
      expect(inner(steps.at(-1), 'actor')['id']).to.match(/^cli:/);
      expect(refused?.status).to.equal(1);
      expect(inner(refused?.rows[0], 'error')['code']).to.equal('INQUIRY_STATE');
    }
    const done = place.json(inquiry('list', '--state', 'answered'));
    expect(done.rows.map(({ id }) => id)).to.deep.equal([two, one, undefined]);
    expect(done.status).to.equal(0);
  });

  it('are not answered by what is no answer', async () => {
    const id = ids[0] as string;
    const asked = [
      ['answer', id, '--outcome', 'justified'],
      ['answer', id, '--outcome', 'right', '--text', 'answer.txt'],
      ['answer', id, '--outcome', 'justified', '--text', 'answer.txt', '--due', DUE.future],
      ['list', '--state', 'new'],
    ];
    for (const args of asked) expect(place.run(inquiry(...args)).status, args.join()).to.equal(64);
    const [alone, beside] = await both(() =>
      [
        ['show', 'ab'.repeat(32)],
        ['show', 'x'],
        ['answer', id, '--due', 'soon'],
      ].map((args) => place.json(inquiry(...args))),
    );
    expect(beside).to.deep.equal(alone);
    const codes = alone.map(({ rows }) => inner(rows[0], 'error')['code']);
    expect(codes).to.deep.equal(['NOT_FOUND', 'BAD_INPUT', 'BAD_INPUT']);
  });
});
