// Many callers at once, of whom each waits for the answer to one call before its next.

/** @param call for each number from `first` on, up to but not including `end` */
export async function callInTurn(
  callers: number,
  first: number,
  end: number,
  call: (at: number) => Promise<unknown>,
): Promise<void> {
  let next = first;
  const caller = async () => {
    while (next < end) await call(next++);
  };
  await Promise.all(Array.from({ length: callers }, caller));
}
