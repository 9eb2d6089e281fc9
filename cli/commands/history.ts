// chartseal history: who opened a patient's file, or what became of a record, proven complete.
import { PRIVATE_MEMBERS } from '../../chaincode/core/entry.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { formatHistory } from '../../gateway/evidence/history.js';
import { parseTrustFile } from '../../gateway/evidence/trust.js';
import { verifyHistory } from '../../gateway/evidence/verify-history.js';
import { withhold } from '../../gateway/evidence/withhold.js';
import type { HistoryQuery } from '../../gateway/services/histories.js';
import type { CommandContext } from '../context.js';
import { type DataOptions, requireProven, type WaitOptions, withDoor } from '../hospital.js';
import { parsePatient } from '../patient.js';
import { renderHistory, renderVerification } from '../render.js';
import { writeOrPrint } from '../write.js';

export interface HistoryOptions extends DataOptions, WaitOptions {
  readonly record?: string;
  readonly log?: boolean;
  readonly out?: string;
  readonly withhold: readonly string[];
}

const PRIVATE = new Set(Object.values(PRIVATE_MEMBERS).flat());

function queryOf(patient: string | undefined, { record, log }: HistoryOptions): HistoryQuery {
  const given = [patient, record, log].filter((one) => one !== undefined);
  if (given.length === 1) {
    if (patient !== undefined) return { patient: parsePatient(patient) };
    return record === undefined ? { log: true } : { record };
  }
  throw new ChartsealError('USAGE', "give one of: 'SYSTEM|VALUE' of a patient, --record ID, --log");
}

function checkMembers(members: readonly string[]): void {
  if (members.every((member) => PRIVATE.has(member))) return;
  throw new ChartsealError('USAGE', `--withhold takes ${[...PRIVATE].join(', ')}`);
}

/** Exit code of the verdict on the history itself. */
export async function history(
  patient: string | undefined,
  options: HistoryOptions,
  context: CommandContext,
): Promise<number> {
  const query = queryOf(patient, options);
  checkMembers(options.withhold);
  return withDoor(options, context, async (door) => {
    await requireProven(door, options);
    const made = await door.history(query);
    const bytes = formatHistory(withhold(made, { members: options.withhold }));
    // What leaves the house is verified first, as its receiver will.
    const result = verifyHistory({
      history: bytes,
      trust: parseTrustFile(await door.trustFile()),
      recordKey: await door.recordKey(),
    });
    // Before anything is printed: a reader that has enough ends the program.
    if (options.out !== undefined)
      await writeOrPrint(bytes, 'chartseal-history', options.out, context);
    if (context.json) context.data(JSON.stringify(result));
    else for (const line of renderHistory(result)) context.data(line);
    if (!context.json) {
      for (const line of renderVerification('history', result)) context.data(line);
    }
    return result.exitCode;
  });
}
