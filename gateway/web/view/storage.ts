// The browser's places for small texts. The reader's settings may refuse them, a page from a file
// may have none, and they may be full.

export function findStorage(name: 'localStorage' | 'sessionStorage'): Storage | undefined {
  try {
    return window[name];
  } catch {
    return undefined;
  }
}

/** Whether it is kept: nothing is where there is no place, or no room. */
export function keepIn(storage: Storage | undefined, name: string, value: string): boolean {
  try {
    storage?.setItem(name, value);
  } catch {
    return false;
  }
  return storage !== undefined;
}
