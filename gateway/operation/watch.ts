// Tells the log what happens to the write side: each fault once, not each time it is tried again.
import type { Hospital } from '../services/hospital.js';
import type { Step } from '../services/sequencer/pace.js';
import type { GatewayLog, LogEvent } from './log.js';

const LOOK_MS = 1_000;

const EVENTS: Readonly<Record<Step, LogEvent>> = {
  append: 'append-failed',
  prove: 'attestation-failed',
};

/** Gives what ends the watch. */
export function watchWriteSide({ sequencer }: Hospital, log: GatewayLog): () => void {
  const told = new Map<Step, string>();
  sequencer.pace.watch({
    appended: () => void told.delete('append'),
    met: () => {
      // Its next failure is news again.
      told.delete('append');
      log.event('ledger-met');
    },
    failed: (step, error) => {
      if (told.get(step) === error.code) return;
      told.set(step, error.code);
      log.event(EVENTS[step], { error });
    },
  });
  let isTold = false;
  const look = () => {
    const { fault } = sequencer;
    if (fault === undefined || isTold) return;
    isTold = true;
    log.event('write-side-stopped', { error: fault });
  };
  const timer = setInterval(look, LOOK_MS).unref();
  return () => {
    look();
    clearInterval(timer);
  };
}
