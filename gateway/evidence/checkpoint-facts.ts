// What a verification tells people about the checkpoint that it rests on.
import { encodeHex } from '../../chaincode/core/bytes.js';
import type { Checkpoint } from '../../chaincode/core/checkpoint.js';
import { formatTime } from '../../chaincode/core/time.js';
import type { Attested } from './attestation-check.js';
import { isNewest } from './time-check.js';
import type { Trust, TrustedLog } from './trust.js';

/** What the checkpoint says, and what was attested of it. Times are text, hashes hex. */
export interface CheckpointFacts {
  readonly origin: string;
  readonly size: number;
  readonly root: string;
  /** From here on only when the trust file names the log. */
  readonly logId?: string | undefined;
  /** Owner of the log. */
  readonly mspId?: string | undefined;
  /** Sizes of the pinned checkpoints that it agrees with; only when step checkpoint is OK. */
  readonly pinned?: readonly number[] | undefined;
  /** MSP ids of the organisations that attest. From here on only when step attestation is OK. */
  readonly attestedBy?: readonly string[] | undefined;
  readonly endorsedAt?: string | undefined;
  readonly asOf?: string | undefined;
  readonly headSize?: number | undefined;
  /** Whether the log had nothing newer at `asOf`. */
  readonly newest?: boolean | undefined;
  readonly nonce?: string | undefined;
  /** Other logs of the same owner; `origin` where the trust file names them. */
  readonly otherLogs?:
    | readonly { readonly logId: string; readonly origin: string | undefined }[]
    | undefined;
}

/** @param log and `attested` as far as they could be established */
export function checkpointFacts(
  checkpoint: Checkpoint,
  log: TrustedLog | undefined,
  attested: Attested | undefined,
  trust: Trust,
): CheckpointFacts {
  const { origin, size } = checkpoint;
  const claimed = { origin, size, root: encodeHex(checkpoint.root) };
  if (log === undefined) return claimed;
  const owned = { ...claimed, logId: log.logId, mspId: log.registration.mspId };
  if (attested === undefined) return owned;
  const { answer, endorsers } = attested;
  const otherLogs: { logId: string; origin: string | undefined }[] = [];
  for (const logId of answer.ownerLogs) {
    if (logId === log.logId) continue;
    const other = trust.file.logs.find((one) => one.logId === logId);
    otherLogs.push({ logId, origin: other?.origin });
  }
  return {
    ...owned,
    attestedBy: endorsers,
    endorsedAt: formatTime(answer.endorsedAt),
    asOf: formatTime(answer.asOf),
    headSize: answer.headSize,
    newest: isNewest(answer),
    nonce: answer.nonce,
    otherLogs,
  };
}
