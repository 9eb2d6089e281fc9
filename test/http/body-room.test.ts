import { expect } from 'chai';
import type { ChartsealError } from '../../chaincode/core/errors.js';
import { BodyRoom, type HeldBody } from '../../gateway/http/body-room.js';
import { expectCode } from '../support/expect-code.js';

describe('the room for bodies that are read as a whole', () => {
  let room: BodyRoom;
  let gone: string[];
  beforeEach(() => {
    room = new BodyRoom({ maxBytes: 100, maxOfOneBytes: 40 });
    gone = [];
  });

  function body(sender: string, bytes: number): HeldBody {
    const held = room.enter(sender, ({ code }: ChartsealError) => gone.push(`${sender} ${code}`));
    held.take(bytes);
    return held;
  }

  it('is bounded for each sender, whatever is free', () => {
    const first = body('a', 30);
    expectCode(() => body('a', 11), 'RATE_LIMITED');
    first.leave();
    expectCode(() => body('a', 41), 'RATE_LIMITED');
  });

  it('is taken from whoever has most for somebody who has less', () => {
    body('a', 40);
    body('b', 30);
    body('c', 30);
    body('d', 1);
    expect(gone).to.deep.equal(['a RATE_LIMITED']);
    expect(room.bytes).to.equal(61);
  });

  it('is taken from as many as it takes, and of each the longest body', () => {
    for (const size of [5, 20, 5]) body('a', size);
    for (const size of [12, 13]) body('b', size);
    for (const sender of ['c', 'd', 'e']) body(sender, 15);
    expect(room.bytes).to.equal(100);
    body('f', 24);
    // Of 30 the 20; then b has most with 25.
    expect(gone).to.deep.equal(['a RATE_LIMITED', 'b RATE_LIMITED']);
    expect(room.bytes).to.equal(91);
  });

  it('is refused to whoever has most, or as much as anybody', () => {
    for (const sender of ['a', 'b', 'c']) body(sender, 30);
    body('d', 10).take(0);
    expectCode(() => body('e', 30), 'RATE_LIMITED');
    expectCode(() => body('a', 5), 'RATE_LIMITED');
    expect(gone).to.deep.equal([]);
  });

  it('takes nothing more of a body that gave way, and is given back once', () => {
    const [most] = [body('a', 40), body('b', 35), body('c', 30)];
    expect(gone).to.deep.equal(['a RATE_LIMITED']);
    expectCode(() => most?.take(1), 'RATE_LIMITED');
    expect(room.bytes).to.equal(65);
    most?.leave();
    most?.leave();
    expect(room.bytes).to.equal(65);
  });
});
