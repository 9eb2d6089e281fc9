// Closes what was opened: a failure keeps nothing else open, and hides no other failure.

/** In this order, each when the one before has ended; then throws the first failure. */
export async function closeEach(steps: readonly (() => Promise<void> | void)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const close of steps) {
    try {
      await close();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

/** As `act`, then closes. When both fail, `act` tells: why says more than what then goes wrong. */
export async function closingAfter<T>(
  act: () => Promise<T>,
  close: () => Promise<void>,
): Promise<T> {
  let result: T;
  try {
    result = await act();
  } catch (error) {
    await Promise.allSettled([close()]);
    throw error;
  }
  await close();
  return result;
}
