// What ends a command that runs for long: a key at the terminal, or a service manager.

export interface Interruption {
  readonly signal: AbortSignal;
  /** From now on an interrupt ends the process. */
  release(): void;
}

/**
 * The first SIGINT or SIGTERM gives the signal; a second, of either, ends the process at once.
 * @param reasonOf what the signal says to whoever throws it
 */
export function untilInterrupted(reasonOf?: (name: NodeJS.Signals) => Error): Interruption {
  const controller = new AbortController();
  const release = () => void process.off('SIGINT', abort).off('SIGTERM', abort);
  const abort = (name: NodeJS.Signals) => {
    release();
    controller.abort(reasonOf?.(name));
  };
  process.on('SIGINT', abort).on('SIGTERM', abort);
  return { signal: controller.signal, release };
}
