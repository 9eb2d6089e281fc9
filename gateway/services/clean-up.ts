// What is taken away at the end. What cannot be taken away is told, and stands in the way of
// nothing: neither of what was found nor of the error that ends it.
import { ChartsealError } from '../../chaincode/core/errors.js';

/** Told what was left behind; whoever comes next removes it. */
export type OnLeft = (error: ChartsealError) => void;

/** Rejects only for what has no code. */
export async function cleanUp(act: () => Promise<void>, onLeft: OnLeft): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof ChartsealError)) throw error;
    onLeft(error);
  }
}
