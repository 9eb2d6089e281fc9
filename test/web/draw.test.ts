import { createHash } from 'node:crypto';
import { expect } from 'chai';
import {
  drawSample,
  listDigest,
  MAX_POPULATION,
  MAX_SAMPLE,
  populationOf,
} from '../../gateway/web/sample/draw.js';

/** The method as the work paper words it, by other means. */
function drawByHand(seed: string, size: number, count: number): number[] {
  const drawn: number[] = [];
  for (let counter = 0; drawn.length < count; counter++) {
    const text = `chartseal-sample/1\n${seed}\n${size}\n${counter}\n`;
    const digest = createHash('sha256').update(text).digest('hex');
    const number = BigInt(`0x${digest.slice(0, 12)}`);
    const whole = (2n ** 48n / BigInt(size)) * BigInt(size);
    const found = Number(number % BigInt(size));
    if (number < whole && !drawn.includes(found)) drawn.push(found);
  }
  return drawn;
}

describe('a random sample', () => {
  it('is the one that the described method gives, for any seed and population', () => {
    for (const [seed, size, count] of [
      ['3 6 1 5 2', 1000, 25],
      ['骰子 4 1 6', 7, 7],
      ['', 2 ** 40, 10],
      ['x', 2 ** 39 + 12345, 10],
    ] as const) {
      expect(drawSample(seed, size, count), seed).to.deep.equal(drawByHand(seed, size, count));
    }
  });

  it('begins alike when more is drawn, and differs for another seed', () => {
    const few = drawSample('seed', 5000, 10);
    expect(drawSample('seed', 5000, 40).slice(0, 10)).to.deep.equal(few);
    expect(drawSample('seeds', 5000, 10)).to.not.deep.equal(few);
  });

  it('holds nothing twice, nothing beyond the population, and all of it when that is asked', () => {
    const all = drawSample('seed', 300, 1000);
    expect([...all].sort((a, b) => a - b)).to.deep.equal([...Array(300).keys()]);
  });

  it('is empty where nothing can be drawn, and never larger than the limit', () => {
    for (const size of [0, -1, 1.5, Number.NaN, MAX_POPULATION + 1]) {
      expect(drawSample('seed', size, 5)).to.deep.equal([]);
    }
    expect(drawSample('seed', 10, Number.NaN)).to.deep.equal([]);
    expect(drawSample('seed', 2 ** 30, MAX_SAMPLE + 1)).to.have.length(MAX_SAMPLE);
  });

  it('is drawn from the lines of a list, each once, and the list has a digest', () => {
    const { lines, repeated } = populationOf(' a \r\nb\n\n a\nc');
    expect({ lines, repeated }).to.deep.equal({ lines: ['a', 'b', 'c'], repeated: 1 });
    const expected = createHash('sha256').update('a\nb\nc\n').digest('hex');
    expect(listDigest(lines)).to.equal(expected);
  });
});
