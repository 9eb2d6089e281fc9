// The option --data of commands that are told to people.
import { quoted } from '../gateway/services/doctor/finding.js';
import { DEFAULT_DATA } from './flags.js';
import type { DataOptions } from './hospital.js';
import { clean } from './render.js';

/** What is typed behind a command that is told, so that it works on the same folder. */
export function dataTyped({ data }: DataOptions): string {
  return data === DEFAULT_DATA ? '' : ` --data ${clean(quoted(data))}`;
}
