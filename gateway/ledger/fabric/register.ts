// Registers a log on a channel, also when the answer gets lost: its keys would be thrown away then,
// and its origin is taken for ever.
import { setTimeout as sleep } from 'node:timers/promises';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import type { RegistrationRequest } from '../../../chaincode/core/registration.js';
import type { RegisteredLog } from '../log-answers.js';
import { LogLedger, listLogs, registerLog } from '../log-ledger.js';
import type { FabricLedger } from './fabric-ledger.js';
import { UnknownFate } from './submit.js';

const PAUSE_MS = 1_000;

/** The log that was registered with this note key. */
async function findLog(
  ledger: FabricLedger,
  { origin, noteKey }: RegistrationRequest,
): Promise<RegisteredLog | undefined> {
  const { mspId } = ledger.profile;
  for (let after: string | undefined; ; ) {
    const page = await listLogs(ledger, after === undefined ? { mspId } : { mspId, after });
    const found = page.logs.find((log) => log.origin === origin);
    if (found !== undefined) {
      const log = new LogLedger(ledger, found.logId);
      const { registration, logId } = await log.readLog();
      if (registration.noteKey !== noteKey) return undefined;
      return { logId, registration, registeredAt: (await log.readCheckpoint(0)).endorsedAt };
    }
    after = page.next;
    if (after === undefined) return undefined;
  }
}

/** As {@link registerLog}; asks for the log for as long as an unanswered call may still commit. */
export async function registerOnChannel(
  ledger: FabricLedger,
  request: RegistrationRequest,
): Promise<RegisteredLog> {
  try {
    return await registerLog(ledger, request);
  } catch (error) {
    if (!(error instanceof ChartsealError && error.cause instanceof UnknownFate)) throw error;
    const until = performance.now() + ledger.profile.deadlinesMs.commit;
    do {
      const found = await findLog(ledger, request).catch((failure: unknown) => {
        if (failure instanceof ChartsealError && failure.code === 'LEDGER_UNAVAILABLE') return;
        throw failure;
      });
      if (found !== undefined) return found;
      await sleep(PAUSE_MS);
    } while (performance.now() < until);
    throw error;
  }
}
