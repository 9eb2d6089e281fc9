// Room in memory for bodies that are read as a whole. Each sender has a bound; when all of them
// together have too much, the longest body of whoever has most gives way, so that nobody who sends
// little is refused because others send much.
import { ChartsealError } from '../../chaincode/core/errors.js';

export interface RoomBounds {
  /** Of all senders together. */
  readonly maxBytes: number;
  /** Of one of them. */
  readonly maxOfOneBytes: number;
}

interface Sender {
  readonly name: string;
  bytes: number;
  readonly bodies: Set<HeldBody>;
}

const tooMuch = () =>
  new ChartsealError('RATE_LIMITED', 'too many large bodies arrive at the same time');

/** What has come of one body. */
export class HeldBody {
  readonly #room: BodyRoom;
  readonly sender: Sender;
  readonly giveWay: (error: ChartsealError) => void;
  bytes = 0;

  constructor(room: BodyRoom, sender: Sender, giveWay: (error: ChartsealError) => void) {
    this.#room = room;
    this.sender = sender;
    this.giveWay = giveWay;
  }

  /** Throws RATE_LIMITED when there is no room for this piece. */
  take(bytes: number): void {
    this.#room.take(this, bytes);
  }

  /** Nothing of it is held any more. */
  leave(): void {
    this.#room.leave(this);
  }
}

function longest<T extends { readonly bytes: number }>(all: Iterable<T>): T | undefined {
  let found: T | undefined;
  for (const one of all) if (found === undefined || one.bytes > found.bytes) found = one;
  return found;
}

export class BodyRoom {
  readonly #bounds: RoomBounds;
  readonly #senders = new Map<string, Sender>();
  #bytes = 0;

  constructor(bounds: RoomBounds) {
    this.#bounds = bounds;
  }

  /** Of all bodies. */
  get bytes(): number {
    return this.#bytes;
  }

  /** @param giveWay ends the reading of this body: others need its room */
  enter(name: string, giveWay: (error: ChartsealError) => void): HeldBody {
    const sender = this.#senders.get(name) ?? { name, bytes: 0, bodies: new Set() };
    this.#senders.set(name, sender);
    const body = new HeldBody(this, sender, giveWay);
    sender.bodies.add(body);
    return body;
  }

  /** Of {@link HeldBody}. */
  take(body: HeldBody, bytes: number): void {
    const { sender } = body;
    // It gave way, and what came meanwhile is not kept.
    if (!sender.bodies.has(body)) throw tooMuch();
    body.bytes += bytes;
    sender.bytes += bytes;
    this.#bytes += bytes;
    const { maxBytes, maxOfOneBytes } = this.#bounds;
    if (sender.bytes > maxOfOneBytes) throw tooMuch();
    while (this.#bytes > maxBytes) {
      const most = longest(this.#senders.values()) as Sender;
      if (most.bytes <= sender.bytes) throw tooMuch();
      const given = longest(most.bodies) as HeldBody;
      this.leave(given);
      given.giveWay(tooMuch());
    }
  }

  /** Of {@link HeldBody}; nothing to do for one that left before. */
  leave(body: HeldBody): void {
    const { sender } = body;
    if (!sender.bodies.delete(body)) return;
    sender.bytes -= body.bytes;
    this.#bytes -= body.bytes;
    if (sender.bodies.size === 0) this.#senders.delete(sender.name);
  }
}
