// chartseal init: makes a data folder with keys, an embedded ledger and a registered log.
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { PatientSystem } from '../../chaincode/core/registration.js';
import { createDataFolder } from '../../gateway/data/create.js';
import type { CommandContext } from '../context.js';
import type { DataOptions } from '../hospital.js';
import { clean } from '../render.js';

export interface InitOptions extends DataOptions {
  readonly origin?: string;
  readonly org?: string;
  readonly description: string;
  readonly recordLabels: 'hmac' | 'vrf';
  readonly patientSystem: readonly string[];
}

const DEFAULT_ORIGIN = 'localhost/archive';
const DEFAULT_ORG = 'LocalMSP';
const SYSTEM = /^(.+)=(text|upper|digits)(?::([1-9][0-9]{0,2}))?$/;

/** `SYSTEM=FORM` or `SYSTEM=FORM:LENGTH`. Throws USAGE. */
function parseSystem(text: string): PatientSystem {
  const [, system, form, length] = SYSTEM.exec(text) ?? [];
  if (system === undefined) {
    throw new ChartsealError('USAGE', '--patient-system is SYSTEM=text|upper|digits[:LENGTH]');
  }
  return {
    system,
    form: form as PatientSystem['form'],
    ...(length === undefined ? {} : { length: Number(length) }),
  };
}

export async function init(options: InitOptions, context: CommandContext): Promise<number> {
  const origin = options.origin ?? DEFAULT_ORIGIN;
  const mspId = options.org ?? DEFAULT_ORG;
  const { logId } = await createDataFolder({
    folder: options.data,
    origin,
    mspId,
    description: options.description,
    recordLabels: options.recordLabels,
    patientSystems: options.patientSystem.map(parseSystem),
  });
  if (context.json) context.data(JSON.stringify({ folder: options.data, logId, mspId, origin }));
  context.tell(`log ${clean(origin)} of ${clean(mspId)} is registered, id ${logId}`);
  if (options.origin === undefined || options.org === undefined) {
    context.tell('warning: origin and organisation stand in every proof for ever; these are the');
    context.tell('         defaults for trying out. Give --origin and --org for a real archive.');
  }
  context.tell(
    'IMPORTANT: back up the keys, now: chartseal keys backup FILE. Without the master key',
  );
  context.tell('           no label can be proven again: histories could no longer be made.');
  return 0;
}
