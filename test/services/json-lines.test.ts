import { expect } from 'chai';
import fc from 'fast-check';
import { canonicalJson } from '../../chaincode/core/canonical-json.js';
import { MAX_LINE_BYTES } from '../../chaincode/core/limits.js';
import { readJsonLines } from '../../gateway/services/json-lines.js';

async function* chunks(...parts: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield typeof part === 'string' ? Buffer.from(part) : part;
}

/** `number value` or `number CODE`, one per line. */
async function read(input: AsyncIterable<Uint8Array>): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of readJsonLines(input)) {
    lines.push(`${line.number} ${'error' in line ? line.error.code : canonicalJson(line.value)}`);
  }
  return lines;
}

describe('JSON lines', () => {
  it('are one value each, with the number of the line', async () => {
    expect(await read(chunks('{"a":1}\n[2]\n"三"\n'))).to.deep.equal([
      '1 {"a":1}',
      '2 [2]',
      '3 "三"',
    ]);
  });

  it('may end with CR LF, and the last with nothing', async () => {
    expect(await read(chunks('1\r\n2\r\n3'))).to.deep.equal(['1 1', '2 2', '3 3']);
    expect(await read(chunks(''))).to.deep.equal([]);
  });

  it('are counted when they are empty, and passed over', async () => {
    expect(await read(chunks('\n\r\n1\n\n2\n'))).to.deep.equal(['3 1', '5 2']);
  });

  it('may begin with the mark that Windows programs write before UTF-8, and only there', async () => {
    expect(await read(chunks('\ufeff{"a":1}\n'))).to.deep.equal(['1 {"a":1}']);
    expect(await read(chunks('\ufeff\n1\n\ufeff2\n'))).to.deep.equal(['2 1', '3 BAD_JSON']);
  });

  it('that are bad stop nothing else', async () => {
    const bad = ['{', '{"a":1,"a":2}', '1 2', '1.5', '"\\ud800"', '﻿1', 'NaN', ' '];
    for (const line of bad) {
      expect(await read(chunks(`0\n${line}\n2\n`)), line).to.deep.equal([
        '1 0',
        '2 BAD_JSON',
        '3 2',
      ]);
    }
    const notUtf8 = Buffer.from('0\n"caf\xe9"\n2\n', 'latin1');
    expect(await read(chunks(notUtf8))).to.deep.equal(['1 0', '2 BAD_JSON', '3 2']);
  });

  it('that are too long stop nothing else', async () => {
    const fits = `"${'x'.repeat(MAX_LINE_BYTES - 2)}"`;
    const found = await read(chunks(`${fits}\n"x${fits.slice(1)}\n3\n`));
    expect(found.map((line) => line.slice(0, 12))).to.deep.equal([
      `1 "${'x'.repeat(9)}`,
      '2 TOO_LARGE',
      '3 3',
    ]);
    expect(await read(chunks('x'.repeat(MAX_LINE_BYTES + 1)))).to.deep.equal(['1 TOO_LARGE']);
  });

  it('of 100 MB take no memory', async () => {
    const piece = Buffer.alloc(1024 * 1024, 'x');
    let most = 0;
    const input = async function* () {
      yield Buffer.from('1\n"');
      const before = process.memoryUsage().arrayBuffers;
      for (let count = 0; count < 100; count++) {
        yield piece;
        most = Math.max(most, process.memoryUsage().arrayBuffers - before);
      }
      yield Buffer.from('"\n3\n');
    };
    expect(await read(input())).to.deep.equal(['1 1', '2 TOO_LARGE', '3 3']);
    expect(most).to.be.below(8 * 1024 * 1024);
  });

  it('are the same however the bytes arrive', async () => {
    const text = Buffer.from('{"病":"历"}\r\n\n[1,2]\nbad\n"😀"');
    const whole = await read(chunks(text));
    expect(whole).to.deep.equal(['1 {"病":"历"}', '3 [1,2]', '4 BAD_JSON', '5 "😀"']);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(text.length), { maxLength: 12 }), async (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), text.length];
        const parts = places.slice(1).map((end, at) => text.subarray(places[at], end));
        expect(await read(chunks(...parts))).to.deep.equal(whole);
      }),
      { numRuns: 100 },
    );
  });
});
