// Refused events that several people try again, or give up, at the same time: each of them is told
// what became of an event, and no event that is in the log is told as refused or given up.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import type { ChartsealError } from '../../chaincode/core/errors.js';
import { OwnFeedDoor } from '../../gateway/services/door/feed-door.js';
import { retryFailed } from '../../gateway/services/feed/failed-retry.js';
import type { ReplayOutcome, WantedLetters } from '../../gateway/services/feed/replay.js';
import { ApiPlace, OWN } from '../support/api-place.js';
import { accessSubmission } from '../support/hospital.js';

const EVENTS = 40;
const CALLER = { id: 'emr-1', mspId: OWN };

describe('refused events tried again at the same time', () => {
  let place: ApiPlace;
  let door: OwnFeedDoor;
  let ids: number[];
  const read = ({ bytes }: { readonly bytes: Uint8Array }) => [
    accessSubmission('P1', Buffer.from(bytes).toString()),
  ];

  beforeEach(async () => {
    place = await ApiPlace.open();
    door = new OwnFeedDoor(place.hospital, CALLER, read);
    ids = [];
    for (let at = 0; at < EVENTS; at++) {
      const aside = {
        source: { via: 'fhir', system: 'emr', caller: CALLER } as const,
        receivedAt: Date.UTC(2026, 10, 1),
        bytes: Buffer.from(`r${at}`),
        mediaType: 'application/fhir+json',
        cause: { code: 'EVENT_NOT_MAPPED', message: 'not mapped' } as const,
      };
      ids.push(await place.hospital.feed.keepAside(aside));
    }
  });
  afterEach(() => place.close());

  async function replayed(wanted: WantedLetters): Promise<readonly ReplayOutcome[]> {
    const outcomes: ReplayOutcome[] = [];
    for await (const outcome of door.replay(wanted)) outcomes.push(outcome);
    return outcomes;
  }
  const idsIn = (outcomes: readonly ReplayOutcome[]) =>
    outcomes.map(({ id }) => id).sort((a, b) => a - b);
  const codes = (outcomes: readonly ReplayOutcome[]) =>
    outcomes.flatMap((one) => ('error' in one ? one.error.code : []));
  const sourceNow = async () => (await door.status()).sources[0];

  it('are each accepted by one of those who try all, and refused to nobody', async () => {
    const both = (await Promise.all([replayed('all'), replayed('all')])).flat();
    expect(codes(both)).to.deep.equal([]);
    expect(idsIn(both)).to.deep.equal(ids);
    expect(place.hospital.sequencer.counts.accepted).to.equal(EVENTS);
    expect(await sourceNow()).to.include({ replayed: EVENTS, discarded: 0 });
  });

  it('are not there for whoever names one that another tried just before', async () => {
    const both = (await Promise.all([replayed(ids), replayed(ids)])).flat();
    expect(codes(both)).to.deep.equal(ids.map(() => 'NOT_FOUND'));
    expect(idsIn(both.filter((one) => !('error' in one)))).to.deep.equal(ids);
  });

  it('are tried once from the page and from a command together', async () => {
    const [id = 0] = ids;
    const readers = { audit: read, record: () => expect.fail('no record') };
    const { signal } = new AbortController();
    const [page, command] = await Promise.all([
      retryFailed(place.hospital, id, readers, signal),
      replayed('all'),
    ]);
    expect(page).to.deep.equal({ state: 'accepted' });
    expect(codes(command)).to.deep.equal([]);
    expect(idsIn(command)).to.deep.equal(ids.slice(1));
  });

  it('are either accepted or given up, and counted as that', async () => {
    const { hospital } = place;
    const ends = ids.map(async (id, at) => {
      const trying = replayed([id]);
      for (let turn = 0; turn < at % 5; turn++) await nextTurn();
      const refusal = await door.discard(id).catch((error: ChartsealError) => error.code);
      const isGivenUp = refusal === undefined;
      if (!isGivenUp) expect(refusal).to.equal('NOT_FOUND');
      expect(codes(await trying)).to.deep.equal(isGivenUp ? ['NOT_FOUND'] : []);
      return isGivenUp;
    });
    const discarded = (await Promise.all(ends)).filter((isGivenUp) => isGivenUp).length;
    const replays = EVENTS - discarded;
    expect(discarded).to.be.within(1, EVENTS - 1);
    expect(hospital.sequencer.counts.accepted).to.equal(replays);
    expect(await sourceNow()).to.include({ replayed: replays, discarded });
  });
});
