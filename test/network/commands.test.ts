import { readdirSync } from 'node:fs';
import { expect } from 'chai';
import { type JsonRow, Workplace } from '../support/cli.js';
import {
  type GuardedFolder,
  LIVE_TIMEOUT_MS,
  newGuardedFolder,
  newNetwork,
} from '../support/live-network.js';

describe('chartseal network', () => {
  let place: Workplace;
  beforeEach(() => {
    place = new Workplace();
  });
  afterEach(() => place.remove());

  const memberOf = (row: JsonRow | undefined, member: string, name: string) =>
    ((row?.[member] ?? {}) as JsonRow)[name];
  const codeOf = ({ rows }: { rows: JsonRow[] }) => memberOf(rows[0], 'error', 'code');

  it('says that there is none, and makes nothing', () => {
    for (const name of ['status', 'down']) {
      const ran = place.json(['network', name]);
      expect([ran.status, codeOf(ran)]).to.deep.equal([64, 'NO_NETWORK']);
    }
    expect(readdirSync(place.folder)).to.deep.equal([]);
  });

  it('removes nothing without --yes', () => {
    const ran = place.json(['network', 'reset']);
    expect([ran.status, codeOf(ran)]).to.deep.equal([64, 'USAGE']);
  });

  it('refuses orderings, ports and times that there are not', () => {
    const wrong = [
      ['--profile', 'solo'],
      ['--base-port', '0'],
      ['--base-port', '65530'],
      ['--batch-timeout', '60001'],
    ];
    for (const flags of wrong) {
      expect(place.run(['network', 'up', ...flags]).status, flags.join(' ')).to.equal(64);
    }
  });

  it('refuses a folder without programs, and starts nothing', () => {
    const ran = place.json(['network', 'up', '--programs', place.folder]);
    expect([ran.status, codeOf(ran)]).to.deep.equal([2, 'PROGRAMS_MISSING']);
  });

  describe('of a network that is up', function whileUp() {
    this.timeout(LIVE_TIMEOUT_MS);
    let guarded: GuardedFolder;
    before(async () => {
      guarded = await newGuardedFolder();
      await newNetwork(guarded.folder);
    });
    after(() => guarded.end());

    it('tells each process and their sum as data, brings it down, and away', () => {
      const state = ['--state', guarded.folder];
      const status = place.json(['network', 'status', ...state]);
      expect(status.status).to.equal(0);
      expect(status.rows.slice(0, -1).every(({ isReady }) => isReady === true)).to.equal(true);
      expect(memberOf(status.rows.at(-1), 'summary', 'isUp')).to.equal(true);
      const down = place.json(['network', 'down', ...state]);
      expect(down.rows[0]?.['ended']).to.have.length(status.rows.length - 1);
      expect(place.json(['network', 'status', ...state]).status).to.equal(2);
      expect(place.run(['network', 'reset', '--yes', ...state]).status).to.equal(0);
      expect(readdirSync(guarded.folder)).to.deep.equal([]);
    });
  });
});
