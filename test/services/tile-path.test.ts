import { expect } from 'chai';
import fc from 'fast-check';
import {
  formatHashTilePlace,
  formatTilePlace,
  parseHashTilePlace,
  parseTilePlace,
} from '../../gateway/services/tile-path.js';

describe('paths of tiles', () => {
  it('are written as C2SP tlog-tiles has them', () => {
    const path = (number: number, width = 256) => formatTilePlace({ number, width });
    expect(path(0)).to.equal('000');
    expect(path(5)).to.equal('005');
    expect(path(1_234_067)).to.equal('x001/x234/067');
    expect(path(1000, 1)).to.equal('x001/000.p/1');
    expect(formatHashTilePlace({ level: 2, number: 7, width: 255 })).to.equal('2/007.p/255');
  });

  it('are read back as what they were written for, up to the largest tree', () => {
    const number = fc.nat({ max: Number.MAX_SAFE_INTEGER });
    const width = fc.integer({ min: 1, max: 256 });
    const places = fc.record({ level: fc.nat({ max: 63 }), number, width });
    fc.assert(
      fc.property(places, ({ level, ...place }) => {
        expect(parseTilePlace(formatTilePlace(place))).to.deep.equal(place);
        const whole = { level, ...place };
        expect(parseHashTilePlace(formatHashTilePlace(whole))).to.deep.equal(whole);
      }),
    );
  });

  it('have one spelling: whatever is read is written so', () => {
    const character = fc.constantFrom(...'0129x/.p/ ');
    const texts = fc.array(character, { maxLength: 14 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(texts, (text) => {
        const place = parseTilePlace(text);
        if (place !== undefined) expect(formatTilePlace(place)).to.equal(text);
        const whole = parseHashTilePlace(text);
        if (whole !== undefined) expect(formatHashTilePlace(whole)).to.equal(text);
      }),
      { numRuns: 5_000 },
    );
    for (const text of ['x000/000', '000.p/256', '000.p/0', '5', 'x9007199254740992/000', '']) {
      expect(parseTilePlace(text), text).to.equal(undefined);
    }
    for (const text of ['64/000', '00/000', '/000', '0', '0/']) {
      expect(parseHashTilePlace(text), text).to.equal(undefined);
    }
  });
});
