// Works on many at a time and gives the outcomes in the order in which they came.

/**
 * Throws the first fault in that order; what is in flight then goes on, and nobody hears of it.
 * @param inFlight how many are worked on at the same time
 */
export async function* inOrder<Item, Outcome>(
  items: AsyncIterable<Item>,
  act: (item: Item) => Promise<Outcome>,
  inFlight: number,
): AsyncGenerator<Outcome> {
  const flying: Promise<{ outcome: Outcome } | { fault: unknown }>[] = [];
  for await (const item of items) {
    flying.push(
      act(item).then(
        (outcome) => ({ outcome }),
        (fault: unknown) => ({ fault }),
      ),
    );
    if (flying.length >= inFlight) yield* landed(flying.splice(0, inFlight / 2));
  }
  yield* landed(flying);
}

async function* landed<Outcome>(
  flying: readonly Promise<{ outcome: Outcome } | { fault: unknown }>[],
): AsyncGenerator<Outcome> {
  for (const flight of flying) {
    const done = await flight;
    if ('fault' in done) throw done.fault;
    yield done.outcome;
  }
}
