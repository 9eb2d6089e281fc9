import { expect } from 'chai';
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { JsonObject } from '../../chaincode/core/json.js';
import { answerLines } from '../../gateway/http/lines.js';
import { codeOf } from '../support/api-call.js';

const facts = { leafHash: 'ab', state: 'accepted', duplicate: false };
const linesOf = (piece: Uint8Array): JsonObject[] =>
  Buffer.from(piece)
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

/** Sends these lines and then neither more nor an end. */
async function* silent(...lines: string[]): AsyncGenerator<Uint8Array> {
  yield Buffer.from(lines.map((line) => `${line}\n`).join(''));
  await new Promise(() => undefined);
}

describe('answering lines', () => {
  it('ends when the gateway does, with what was read, the reason and the summary', async () => {
    const ending = new AbortController();
    const answers = answerLines(silent('1', '2'), async () => facts, ending.signal);
    const got: JsonObject[] = [];
    while (got.length < 2) got.push(...linesOf((await answers.next()).value as Uint8Array));
    ending.abort();
    for await (const piece of answers) got.push(...linesOf(piece));
    expect(got.map((one) => codeOf(one) ?? one['line'])).to.deep.equal([
      1,
      2,
      'SHUTTING_DOWN',
      undefined,
    ]);
    expect(got.at(-1)).to.deep.equal({ summary: { added: 2, duplicates: 0, failed: 1 } });
  });

  it('gives results in the order of the lines, whichever is ready first', async () => {
    const release: (() => void)[] = [];
    const act = () =>
      new Promise<typeof facts>((resolve) => {
        release.unshift(() => resolve(facts));
      });
    async function* three(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('1\n2\n3');
    }
    const answers = answerLines(three(), act, new AbortController().signal);
    const first = answers.next();
    while (release.length < 3) await new Promise(setImmediate);
    for (const one of release) one();
    const got = linesOf((await first).value as Uint8Array);
    for await (const piece of answers) got.push(...linesOf(piece));
    expect(got.map(({ line }) => line)).to.deep.equal([1, 2, 3, undefined]);
  });

  it('breaks off at what nobody foresaw, instead of ending as if all were well', async () => {
    const act = async () => {
      throw new TypeError('unforeseen');
    };
    const answers = answerLines(silent('1'), act, new AbortController().signal);
    const failure = await answers.next().catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(TypeError);
  });

  it('tells what broke the body off, after the results of what came before', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('1\n2');
      throw new ChartsealError('REQUEST_TIMEOUT', 'the body did not arrive in time');
    }
    const got: JsonObject[] = [];
    const answers = answerLines(broken(), async () => facts, new AbortController().signal);
    for await (const piece of answers) got.push(...linesOf(piece));
    expect(got.map((one) => codeOf(one) ?? one['line'])).to.deep.equal([
      1,
      'REQUEST_TIMEOUT',
      undefined,
    ]);
  });
});
