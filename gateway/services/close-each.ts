// Closes what was opened: a failure keeps nothing else open.

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
