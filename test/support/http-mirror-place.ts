// A served log of two appends and a folder for mirrors of it, for one test.
import {
  HttpMirror,
  type HttpMirrorOptions,
  type HttpMirrorStatus,
} from '../../gateway/services/mirror/http-mirror.js';
import { LogWriter } from './log-writer.js';
import { newTempFolder, removeTempFolder } from './temp-folder.js';
import { type Answer, SERVED, TileServer } from './tile-server.js';

const DAY_MS = 86_400_000;

/** Size that was believed, size and appends that were verified. */
export const reached = ({ size, leaves }: HttpMirrorStatus) => [size, leaves.size, leaves.appends];

/** Answers paths that fit; the log answers the others. */
export function on(pattern: RegExp, answer: (...given: Parameters<Answer>) => void): Answer {
  return (path, response, request) => {
    if (!pattern.test(path)) return false;
    answer(path, response, request);
    return true;
  };
}

export class HttpMirrorPlace {
  readonly folder = newTempFolder();
  readonly log: TileServer;

  private constructor(log: TileServer) {
    this.log = log;
  }

  static async create(): Promise<HttpMirrorPlace> {
    const place = new HttpMirrorPlace(await TileServer.start());
    place.log.append(300);
    place.log.append(200);
    return place;
  }

  async run(options: Partial<HttpMirrorOptions> = {}): Promise<HttpMirrorStatus> {
    const client = this.log.client();
    const stop = new AbortController().signal;
    const folder = `${this.folder}/mirror`;
    const fixed = { folder, client, withheldMs: DAY_MS, follow: false, stop };
    try {
      return await HttpMirror.run({ ...fixed, ...options });
    } finally {
      client.close();
    }
  }

  /** Another log under the same key: alike in its first append alone. */
  fork(...appends: readonly number[]): void {
    this.log.writer = new LogWriter(SERVED);
    for (const [at, events] of appends.entries()) {
      this.log.append(events, at === 0 ? 'event' : 'otherwise');
    }
  }

  async remove(): Promise<void> {
    await this.log.close();
    removeTempFolder(this.folder);
  }
}
