// Where the browser of the browser tests is: a path that the user names, Debian's place, PATH.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

export const CHROMIUM_VARIABLE = 'CHARTSEAL_CHROMIUM';
export const CHROMIUM_HINT = `Install Chromium (Debian: apt-get install chromium), or set ${CHROMIUM_VARIABLE} to the path of Chromium or Chrome.`;

const DEBIAN = '/usr/bin/chromium';
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Not there or not ours to run: it is looked for elsewhere.
    return false;
  }
}

/** Path of the browser, undefined when there is none. A path that is named must be right. */
export function findChromium(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const named = environment[CHROMIUM_VARIABLE];
  if (named !== undefined && named !== '') {
    if (isProgram(named)) return named;
    throw new Error(`${CHROMIUM_VARIABLE} names ${named}, which is no program`);
  }
  const folders = (environment['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const onPath = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [DEBIAN, ...onPath].find(isProgram);
}

/** As {@link findChromium}; tests fail without a browser, and say what to do. */
export function readChromium(): string {
  const path = findChromium();
  if (path === undefined) throw new Error(`no Chromium was found. ${CHROMIUM_HINT}`);
  return path;
}
