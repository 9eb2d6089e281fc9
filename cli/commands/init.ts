// chartseal init: makes a data folder with keys and a registered log, on a ledger of its own or on
// a channel of several organisations.
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { PatientSystem } from '../../chaincode/core/registration.js';
import { createDataFolder } from '../../gateway/data/create.js';
import { readFabricProfile } from '../../gateway/ledger/fabric/profile.js';
import type { CommandContext } from '../context.js';
import { dataTyped } from '../data-typed.js';
import type { DataOptions } from '../hospital.js';
import { tellLeftBehind } from '../left.js';
import { clean } from '../render.js';

export interface InitOptions extends DataOptions {
  readonly origin?: string;
  readonly org?: string;
  readonly ledger?: 'embedded' | 'fabric';
  readonly profile?: string;
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

/** The channel's profile; undefined for a ledger in the folder. Throws USAGE. */
async function readProfile({ ledger = 'embedded', profile, org }: InitOptions) {
  if (ledger === 'embedded') {
    if (profile === undefined) return undefined;
    throw new ChartsealError('USAGE', '--profile goes with --ledger fabric');
  }
  if (profile === undefined) {
    throw new ChartsealError('USAGE', '--ledger fabric needs --profile FILE');
  }
  const fabric = await readFabricProfile(profile);
  if (org !== undefined && org !== fabric.mspId) {
    throw new ChartsealError('USAGE', `--org is ${org}, the profile is of ${fabric.mspId}`);
  }
  return fabric;
}

function warnOfDefaults(options: InitOptions, context: CommandContext): void {
  const isOrgOpen = options.ledger !== 'fabric' && options.org === undefined;
  if (options.origin !== undefined && !isOrgOpen) return;
  context.tell('warning: origin and organisation stand in every proof for ever; these are the');
  context.tell('         defaults for trying out. Give --origin and --org for a real archive.');
}

export async function init(options: InitOptions, context: CommandContext): Promise<number> {
  const fabric = await readProfile(options);
  const origin = options.origin ?? DEFAULT_ORIGIN;
  const mspId = fabric?.mspId ?? options.org ?? DEFAULT_ORG;
  const made = {
    folder: options.data,
    origin,
    mspId,
    description: options.description,
    recordLabels: options.recordLabels,
    patientSystems: options.patientSystem.map(parseSystem),
    ...(fabric === undefined ? {} : { fabric }),
  };
  const { logId } = await createDataFolder(made, tellLeftBehind(context));
  if (context.json) context.data(JSON.stringify({ folder: options.data, logId, mspId, origin }));
  context.tell(`log ${clean(origin)} of ${clean(mspId)} is registered, id ${logId}`);
  warnOfDefaults(options, context);
  context.tell(`IMPORTANT: back up the keys, now: chartseal keys backup FILE${dataTyped(options)}`);
  context.tell(
    '           Without the master key no label can be proven again: histories could no',
  );
  context.tell('           longer be made.');
  return 0;
}
