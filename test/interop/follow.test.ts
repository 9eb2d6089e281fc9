import { expect } from 'chai';
import { encodeBase64 } from '../../chaincode/core/bytes.js';
import { ApiPlace } from '../support/api-place.js';
import { HttpMirrorPlace } from '../support/http-mirror-place.js';
import { AUDITOR, get, grow } from '../support/log-place.js';
import { buildFollowProgram, type Followed, type FollowProgram } from './follow-program.js';

describe('a stock client of C2SP tlog-tiles', function () {
  this.timeout(120_000);
  let program: FollowProgram;
  before(() => {
    program = buildFollowProgram();
  });
  after(() => program?.remove());

  it('follows the log of a gateway: checkpoints, consistency, every entry', async () => {
    const place = await ApiPlace.open();
    try {
      const verifierKey = (await get(place, 'vkey')).body.toString().trimEnd();
      const log = { url: `${place.url}/v1/log`, verifierKey, token: place.token(AUDITOR) };
      const follow = (saved?: string): Promise<Followed> =>
        program.follow({ ...log, ...(saved === undefined ? {} : { saved }) });
      await grow(place, 300);
      let seen = await follow();
      for (const events of [1, 40, 600]) {
        await grow(place, events);
        const next = await follow(seen.checkpoint);
        expect([next.before, next.proof > 0]).to.deep.equal([seen.size, true]);
        seen = next;
      }
      const leaves: string[] = [];
      for await (const { leaf } of place.hospital.log.leaves(0)) leaves.push(encodeBase64(leaf));
      expect(seen.entries).to.deep.equal(leaves);
      expect(seen.size).to.equal(leaves.length).and.be.above(900);
      const stranger = program.follow({ ...log, token: '' });
      const refused = await stranger.catch((error: Error) => error.message);
      expect(refused).to.match(/entries.*401/s);
    } finally {
      await place.close();
    }
  });

  it('follows the log that tests serve, and refuses its forks as we do', async () => {
    const place = await HttpMirrorPlace.create();
    try {
      const { log } = place;
      const { url, verifierKey } = log;
      const { checkpoint, size } = await program.follow({ url, verifierKey });
      expect(size).to.equal(502);
      place.fork(300, 400);
      const forked = program.follow({ url, verifierKey, saved: checkpoint });
      const refused = await forked.catch((error: Error) => error.message);
      expect(refused).to.match(/consistency/);
    } finally {
      await place.remove();
    }
  });
});
