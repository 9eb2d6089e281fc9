// What a command could not take away when it ended: one line, whatever else it has to say.
import type { OnLeft } from '../gateway/services/clean-up.js';
import type { CommandContext } from './context.js';
import { clean } from './render.js';

export function tellLeftBehind(context: CommandContext): OnLeft {
  return ({ code, message }) => context.tell(`warning: left behind: ${code} ${clean(message)}`);
}
