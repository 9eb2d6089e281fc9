// chartseal receipt ID: the receipt of a record, of an entry by its leaf hash, or by its index.
import { ChartsealError, type ErrorCode } from '../../chaincode/core/errors.js';
import type { HospitalDoor, WantedReceipt } from '../../gateway/services/door/door.js';
import type { CommandContext } from '../context.js';
import { type DataOptions, requireProven, type WaitOptions, withDoor } from '../hospital.js';
import { writeOrPrint } from '../write.js';

export interface ReceiptOptions extends DataOptions, WaitOptions {
  readonly version?: number;
  readonly out?: string;
}

const INDEX = /^#(0|[1-9][0-9]{0,15})$/;
const LEAF_HASH = /^[0-9a-f]{64}$/;

function wantedBy(name: string, version?: number): WantedReceipt {
  const [, index] = INDEX.exec(name) ?? [];
  if (index !== undefined) return { index: Number(index) };
  if (LEAF_HASH.test(name)) return { leafHash: name };
  return version === undefined ? { record: name } : { record: name, version };
}

const MAY_COME: ReadonlySet<ErrorCode> = new Set(['NOT_PROVEN_YET', 'NOT_FOUND']);

/** What is proven already waits for nothing else, which may be for a ledger that is away. */
async function findProven(
  door: HospitalDoor,
  wanted: WantedReceipt,
): Promise<Uint8Array | undefined> {
  // Among what an earlier command left may be a newer version of the record.
  const isNewest = 'record' in wanted && wanted.version === undefined;
  if (isNewest && door.leftEntries > 0) return undefined;
  try {
    return await door.receipt(wanted);
  } catch (error) {
    if (error instanceof ChartsealError && MAY_COME.has(error.code)) return undefined;
    throw error;
  }
}

export async function receipt(
  name: string,
  options: ReceiptOptions,
  context: CommandContext,
): Promise<number> {
  return withDoor(options, context, async (door) => {
    const wanted = wantedBy(name, options.version);
    const proven = await findProven(door, wanted);
    if (proven === undefined) await requireProven(door, options);
    const bytes = proven ?? (await door.receipt(wanted));
    await writeOrPrint(bytes, 'chartseal-receipt', options.out, context);
    return 0;
  });
}
