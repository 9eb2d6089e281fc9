// chartseal trust export: the trust file for auditors and patients, with what to compare by phone.
import { parseTrustFile } from '../../gateway/evidence/trust.js';
import type { CommandContext } from '../context.js';
import { type DataOptions, withHospital } from '../hospital.js';
import { clean } from '../render.js';
import { writeOrPrint } from '../write.js';

export interface TrustExportOptions extends DataOptions {
  readonly out?: string;
}

export async function trustExport(
  options: TrustExportOptions,
  context: CommandContext,
): Promise<number> {
  return withHospital(options, context, async (hospital) => {
    const bytes = hospital.trustFile();
    const { file, fingerprint } = parseTrustFile(bytes);
    await writeOrPrint(bytes, options.out, context);
    context.tell(`channel ${clean(file.channel)}, ordering ${file.ordering}`);
    for (const { mspId } of file.organisations) context.tell(`organisation ${clean(mspId)}`);
    for (const { origin, logId } of file.logs) context.tell(`log ${clean(origin)}, id ${logId}`);
    context.tell(`fingerprint sha256:${fingerprint}`);
    context.tell('not verified until compared: ask for the fingerprint over another way than this');
    context.tell('file came by, best from another organisation.');
    return 0;
  });
}
