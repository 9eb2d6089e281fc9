// Opens the data folder for one command and always closes it again. While a gateway has the store,
// the command works through that gateway.

import { userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { ChartsealError, type ErrorCode } from '../chaincode/core/errors.js';
import { GatewayConnection } from '../gateway/client/connection.js';
import { RemoteDoor } from '../gateway/client/remote-door.js';
import { formatOperator, OPERATOR_HEADER } from '../gateway/client/wire.js';
import { findGateway } from '../gateway/operation/run-file.js';
import { closingAfter } from '../gateway/services/close-each.js';
import type { HospitalDoor, Standing } from '../gateway/services/door/door.js';
import { OwnDoor, type OwnDoorOptions } from '../gateway/services/door/own-door.js';
import { type Hospital, openHospital } from '../gateway/services/hospital.js';
import type { CommandContext } from './context.js';
import { tellLeftBehind } from './left.js';

export interface DataOptions {
  /** DATA. */
  readonly data: string;
}

export interface FhirOptions {
  /** Configuration of a gateway, for what it says of the sources of FHIR. */
  readonly config?: string;
}

export interface WaitOptions {
  /** How long a command waits until its entries are proven. */
  readonly waitMs: number;
}

/** Entries say which account of this machine submitted them. */
export function operator(): string {
  return `cli:${userInfo().username}`;
}

/** A gateway that is just starting has the store before it answers, or the other way round. */
const SECOND_TRY_MS = 750;
const STARTING_OR_ENDING: ReadonlySet<ErrorCode> = new Set([
  'GATEWAY_UNREACHABLE',
  'SHUTTING_DOWN',
  'UNAUTHENTICATED',
]);

/** A gateway may be asked all the same: it writes, not this process. */
const NOT_ALONE: ReadonlySet<ErrorCode> = new Set(['STORE_LOCKED', 'OTHER_OWNER']);

/** The gateway that has this data folder open; undefined when there is none. */
async function connect(data: string): Promise<GatewayConnection | undefined> {
  const found = await findGateway(data);
  if (found === undefined) return undefined;
  const { url, token } = found;
  return new GatewayConnection({
    url,
    token,
    headers: { [OPERATOR_HEADER]: formatOperator(operator()) },
  });
}

interface Ways<T> {
  /** Opens the store; throws STORE_LOCKED or OTHER_OWNER before anything is done. */
  alone(): Promise<T>;
  /** Asks whether the gateway answers; throws before anything is done. */
  through(gateway: GatewayConnection): Promise<T>;
}

async function openOnce<T>(data: string, { alone, through }: Ways<T>): Promise<T> {
  try {
    return await alone();
  } catch (error) {
    if (!(error instanceof ChartsealError) || !NOT_ALONE.has(error.code)) throw error;
    const gateway = await connect(data);
    if (gateway === undefined) throw error;
    try {
      return await through(gateway);
    } catch (refusal) {
      gateway.close();
      throw refusal;
    }
  }
}

/**
 * Opens by the one way or the other. Throws STORE_LOCKED naming the process that has the store when
 * that is no gateway, GATEWAY_UNREACHABLE when it is one that does not answer.
 */
export async function openEither<T>({ data }: DataOptions, ways: Ways<T>): Promise<T> {
  try {
    return await openOnce(data, ways);
  } catch (error) {
    const isOurs = error instanceof ChartsealError;
    if (!isOurs) throw error;
    if (error.code !== 'STORE_LOCKED' && !STARTING_OR_ENDING.has(error.code)) throw error;
    await sleep(SECOND_TRY_MS);
    return openOnce(data, ways);
  }
}

/** The gateway that has this data folder open and answers for it; undefined when there is none. */
export async function findAnswering({ data }: DataOptions): Promise<GatewayConnection | undefined> {
  const gateway = await connect(data);
  if (gateway === undefined) return undefined;
  try {
    await RemoteDoor.open(gateway, data);
    return gateway;
  } catch (error) {
    gateway.close();
    // What is wrong with the folder is then found without it.
    if (error instanceof ChartsealError) return undefined;
    throw error;
  }
}

/** They may still wait when the command ends, which need not wait for them. */
function tellLeft(entries: number, context: CommandContext): void {
  if (entries === 0) return;
  const left = entries === 1 ? '1 entry that is' : `${entries} entries that are`;
  context.tell(`an earlier command left ${left} not proven: that goes on while this one runs`);
}

/** With what the configuration says of FHIR, which a gateway beside the command has itself. */
export async function withFhir<T extends DataOptions & FhirOptions>(
  options: T,
): Promise<T & Pick<OwnDoorOptions, 'fhir'>> {
  const file = options.config ?? process.env['CHARTSEAL_CONFIG'];
  if (file === undefined) return options;
  // Nearly all commands do without: it takes long to load.
  const { readGatewayConfig } = await import('../gateway/operation/config.js');
  const { fhirSources } = await import('../gateway/operation/config-fhir.js');
  const config = await readGatewayConfig({ file, data: options.data });
  return { ...options, fhir: fhirSources(config.fhir, config.organisation) };
}

/** For commands that work beside a gateway as they do alone. */
export async function withDoor<T>(
  options: DataOptions & Pick<OwnDoorOptions, 'fhir'>,
  context: CommandContext,
  use: (door: HospitalDoor) => Promise<T>,
): Promise<T> {
  const door = await openEither<HospitalDoor>(options, {
    alone: () =>
      OwnDoor.open({
        folder: options.data,
        operator: operator(),
        ...(options.fhir === undefined ? {} : { fhir: options.fhir }),
      }),
    through: (gateway) => RemoteDoor.open(gateway, options.data, tellLeftBehind(context)),
  });
  const act = async () => {
    tellLeft(door.leftEntries, context);
    const result = await use(door);
    await door.checkCounted();
    return result;
  };
  return closingAfter(act, () => door.close());
}

/** For commands that need the store for themselves. */
export async function withHospital<T>(
  { data }: DataOptions,
  context: CommandContext,
  use: (hospital: Hospital) => Promise<T>,
): Promise<T> {
  const hospital = await openHospital({ folder: data, operator: operator() });
  const act = () => {
    const { accepted, proven } = hospital.sequencer.counts;
    tellLeft(accepted - proven, context);
    return use(hospital);
  };
  return closingAfter(act, () => hospital.close());
}

/** Until everything accepted by now is proven. Throws NOT_PROVEN_YET, with what is in the way. */
export async function requireProven(door: HospitalDoor, { waitMs }: WaitOptions): Promise<void> {
  if (await door.waitProven(waitMs)) return;
  const { delay } = await door.standing();
  const why = delay === undefined ? '' : `: ${delay.code} ${delay.message}`;
  throw new ChartsealError('NOT_PROVEN_YET', `the log was not proven within --wait${why}`);
}

/** The three counts of the log, for people. */
export function reportCounts({ counts, delay }: Standing, context: CommandContext): void {
  const { accepted, committed, proven } = counts;
  context.tell(`log: ${accepted} accepted, ${committed} committed, ${proven} proven`);
  if (delay !== undefined) context.tell(`waiting: ${delay.code} ${delay.message}; ${delay.hint}`);
}
