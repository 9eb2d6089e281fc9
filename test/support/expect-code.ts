// Assertions on the code of a ChartsealError; messages may change, codes do not.
import { expect } from 'chai';
import { ChartsealError, type ErrorCode } from '../../chaincode/core/errors.js';

function expectChartsealError(error: unknown, code: ErrorCode): void {
  expect(error, `expected ${code}, nothing was thrown`).to.not.equal(undefined);
  if (!(error instanceof ChartsealError)) throw error;
  expect(error.code, error.message).to.equal(code);
}

/** Runs `act` and expects it to throw a ChartsealError with this code. */
export function expectCode(act: () => unknown, code: ErrorCode): void {
  let thrown: unknown;
  try {
    act();
  } catch (error) {
    thrown = error;
  }
  expectChartsealError(thrown, code);
}

/** As {@link expectCode} for a promise. */
export async function expectCodeAsync(act: () => Promise<unknown>, code: ErrorCode): Promise<void> {
  let thrown: unknown;
  try {
    await act();
  } catch (error) {
    thrown = error;
  }
  expectChartsealError(thrown, code);
}
