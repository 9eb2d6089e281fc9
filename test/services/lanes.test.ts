import { expect } from 'chai';
import { Lanes } from '../../gateway/services/lanes.js';

describe('lanes', () => {
  it('run one after the other under a name, in their order, and side by side under others', async () => {
    const lanes = new Lanes();
    const said: string[] = [];
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const say =
      (word: string, until: Promise<void> = Promise.resolve()) =>
      async () => {
        said.push(`${word} begins`);
        await until;
        said.push(`${word} ends`);
      };
    const first = lanes.take('a', say('first', held));
    const others = [lanes.take('a', say('second')), lanes.take('a', say('third'))];
    await lanes.take('b', say('other'));
    release();
    await Promise.all([first, ...others]);
    expect(said).to.deep.equal([
      'first begins',
      'other begins',
      'other ends',
      'first ends',
      'second begins',
      'second ends',
      'third begins',
      'third ends',
    ]);
  });

  it('go on after one that failed, whose failure only its own caller hears of', async () => {
    const lanes = new Lanes();
    const failing = lanes.take('a', () => Promise.reject(new Error('first')));
    const next = lanes.take('a', async () => 'next');
    expect(await failing.catch((error: Error) => error.message)).to.equal('first');
    expect(await next).to.equal('next');
  });
});
