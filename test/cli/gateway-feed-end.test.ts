// A gateway that is told to end when its feed could not be written a moment ago.
import { rmSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { Workplace } from '../support/cli.js';
import { accessSubmission } from '../support/hospital.js';
import { ask } from '../support/loopback-request.js';
import { ServeProcess } from '../support/serve-process.js';

const EVENTS = ['a', 'b', 'c'];

describe('a gateway that ends with events which were answered and not counted', function () {
  this.timeout(60_000);
  let place: Workplace;
  let running: ServeProcess;
  beforeEach(async () => {
    place = new Workplace();
    running = new ServeProcess(['--demo', '--data', 'd'], { cwd: place.folder });
    await running.listening();
    writeFileSync(place.path('d', 'feed'), 'in the way');
    for (const id of EVENTS) {
      const { status } = await ask(running.url('people', '/v1/access-events'), {
        headers: {
          authorization: `Bearer ${running.tokens['source-system']}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify(accessSubmission('P1', id)),
      });
      expect(status).to.equal(202);
    }
  });
  afterEach(async () => {
    await running.kill();
    place.remove();
  });

  async function end(): Promise<unknown> {
    running.signal('SIGTERM');
    return running.ended();
  }

  it('counts them when the fault has passed', async () => {
    rmSync(place.path('d', 'feed'));
    expect(await end(), running.stderr).to.equal(0);
    const { rows } = place.json(['feed', 'status', '--data', 'd']);
    expect(JSON.stringify(rows)).to.include('"accepted":3');
  });

  it('says how many they are when it has not', async () => {
    expect(await end()).to.equal(2);
    expect(running.stderr).to.match(/^error: FEED_FAILED 3 events are answered and not counted/m);
  });
});
