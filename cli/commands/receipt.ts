// chartseal receipt ID: the receipt of a record, of an entry by its leaf hash, or by its index.
import { decodeHex } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { HASH_BYTES } from '../../chaincode/core/limits.js';
import { formatReceipt } from '../../gateway/evidence/receipt.js';
import type { Hospital } from '../../gateway/services/hospital.js';
import type { CommandContext } from '../context.js';
import { type DataOptions, type WaitOptions, withHospital } from '../hospital.js';
import { writeOrPrint } from '../write.js';

export interface ReceiptOptions extends DataOptions, WaitOptions {
  readonly version?: number;
  readonly out?: string;
}

const INDEX = /^#(0|[1-9][0-9]{0,15})$/;
const LEAF_HASH = /^[0-9a-f]{64}$/;

async function ordinalOf(name: string, hospital: Hospital, version?: number): Promise<number> {
  const { receipts } = hospital;
  const [, index] = INDEX.exec(name) ?? [];
  if (index !== undefined) return receipts.findIndex(Number(index));
  if (LEAF_HASH.test(name)) return receipts.findLeafHash(decodeHex(name, 'leaf hash', HASH_BYTES));
  return receipts.findRecord(name, version);
}

export async function receipt(
  name: string,
  options: ReceiptOptions,
  context: CommandContext,
): Promise<number> {
  return withHospital(options, context, async (hospital) => {
    if (!(await hospital.sequencer.waitProven(options.waitMs))) {
      throw new ChartsealError('NOT_PROVEN_YET', 'the log was not proven within --wait');
    }
    const ordinal = await ordinalOf(name, hospital, options.version);
    const bytes = formatReceipt(await hospital.receipts.make(ordinal));
    await writeOrPrint(bytes, options.out, context);
    return 0;
  });
}
