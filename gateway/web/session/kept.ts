// The place in this tab of the browser where texts that were not sent yet are kept.
import { findStorage, keepIn } from '../view/storage.js';

export const PREFIX = 'chartseal-draft:';

/** Where storage is refused or full, a text lives as long as the page. */
const memory = new Map<string, string>();

const storage = () => findStorage('sessionStorage');

export const readKept = (name: string): string | undefined =>
  storage()?.getItem(name) ?? memory.get(name) ?? undefined;

/** The session is over: what still comes of this page is kept no more. */
let isOver = false;

export function keep(name: string, value: string): void {
  if (isOver) return;
  forget(name);
  if (!keepIn(storage(), name, value)) memory.set(name, value);
}

export function forget(name: string): void {
  storage()?.removeItem(name);
  memory.delete(name);
}

/** Names of all that is kept, whoever wrote it. */
export const keptNames = (): string[] =>
  [...Object.keys(storage() ?? {}), ...memory.keys()].filter((name) => name.startsWith(PREFIX));

/** Whether texts outlive the page. */
export const keepsDrafts = (): boolean => storage() !== undefined;

/** On signing out. */
export function forgetDrafts(): void {
  for (const name of keptNames()) forget(name);
}

/** When the session has ended under the page. */
export function endDrafts(): void {
  isOver = true;
  forgetDrafts();
}
