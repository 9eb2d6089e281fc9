// Tells waiting loops that something changed; they look for themselves at what.

export class Signal {
  readonly #watchers = new Set<() => void>();

  notify(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }

  /** Resolves at the next change or after `ms`. */
  next(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#watchers.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#watchers.add(done);
    });
  }

  /** Resolves when it holds after a change, or after `ms`, whatever becomes of the date. */
  async until(holds: () => boolean, ms: number): Promise<void> {
    const end = performance.now() + ms;
    for (let left = ms; left > 0 && !holds(); left = end - performance.now()) {
      await this.next(left);
    }
  }
}
