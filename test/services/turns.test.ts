import { expect } from 'chai';
import { Turns } from '../../gateway/services/turns.js';

describe('turns', () => {
  it('run one after the other under a name, in their order, and side by side under others', async () => {
    const turns = new Turns();
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
    const first = turns.take('a', say('first', held));
    const others = [turns.take('a', say('second')), turns.take('a', say('third'))];
    await turns.take('b', say('other'));
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
    const turns = new Turns();
    const failing = turns.take('a', () => Promise.reject(new Error('first')));
    const next = turns.take('a', async () => 'next');
    expect(await failing.catch((error: Error) => error.message)).to.equal('first');
    expect(await next).to.equal('next');
  });
});
