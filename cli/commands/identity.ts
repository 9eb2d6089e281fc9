// chartseal identity show | renew | revoke: the certificates with which a profile's roles call the
// channel. Keys are made here and stay here.

import { ChartsealError } from '../../chaincode/core/errors.js';
import {
  IDENTITY_ROLES,
  type IdentityRole,
  ROLE_ATTRIBUTE,
} from '../../chaincode/core/identity-roles.js';
import { formatTime } from '../../chaincode/core/time.js';
import { requireOwner } from '../../gateway/data/owner.js';
import {
  type FabricProfile,
  type IdentityFiles,
  readFabricProfile,
  readProfileFile,
  readRoots,
} from '../../gateway/ledger/fabric/profile.js';
import { CaClient } from '../../network/ca-client.js';
import {
  DAY_MS,
  enrolIdentity,
  type Renewal,
  readIdentity,
  renewIdentity,
  writeIdentity,
} from '../../network/ca-identity.js';
import { certificateFacts } from '../../network/ca-keys.js';
import { publishRevocations } from '../../network/ca-revocation.js';
import { writeWhole } from '../../network/files.js';
import type { RevocationReason } from '../../network/revocation-reasons.js';
import { readState } from '../../network/state.js';
import type { CommandContext } from '../context.js';
import { EXIT_FINDING } from '../exit.js';
import { clean } from '../render.js';

interface ProfileOptions {
  readonly profile: string;
  readonly role?: IdentityRole;
}

interface RenewOptions extends ProfileOptions {
  readonly within: number;
}

interface RevokeOptions extends ProfileOptions {
  readonly certificate?: string;
  readonly reason: RevocationReason;
  readonly list?: string;
  readonly state?: string;
}

interface Renewed extends Renewal {
  readonly isEnrolledAnew: boolean;
}

type NamedFiles = readonly [role: IdentityRole, files: IdentityFiles];

/** The identities that the profile has, or the one that was asked for. */
function chosen(profile: FabricProfile, wanted: IdentityRole | undefined): NamedFiles[] {
  const found = IDENTITY_ROLES.flatMap((role): NamedFiles[] => {
    const files = profile.identities[role];
    if (files === undefined || (wanted !== undefined && wanted !== role)) return [];
    return [[role, files]];
  });
  if (found.length > 0) return found;
  throw new ChartsealError('NOT_FOUND', `the profile has no identity${wanted ? ` ${wanted}` : ''}`);
}

async function clientOf({ ca }: FabricProfile): Promise<CaClient> {
  if (ca === undefined) {
    throw new ChartsealError('BAD_INPUT', 'the profile names no certificate authority');
  }
  const tlsRootsPem = await readRoots(ca.tlsRoots, 'TLS root of the certificate authority');
  return new CaClient({ url: ca.url, name: ca.name, tlsRootsPem });
}

export async function identityShow(
  options: ProfileOptions,
  context: CommandContext,
): Promise<number> {
  const profile = await readFabricProfile(options.profile);
  const now = Date.now();
  let isAllInDate = true;
  for (const [role, files] of chosen(profile, options.role)) {
    const { certificatePem } = await readIdentity(files);
    const { commonName, notBeforeAt, notAfterAt, serial } = certificateFacts(certificatePem);
    const isInDate = notBeforeAt <= now && now < notAfterAt;
    isAllInDate &&= isInDate;
    const times = { notBefore: formatTime(notBeforeAt), notAfter: formatTime(notAfterAt) };
    const facts = { role, id: commonName, serial, ...times, isInDate };
    const words = isInDate
      ? `in date until ${times.notAfter}, ${Math.floor((notAfterAt - now) / DAY_MS)} days`
      : `NOT IN DATE: from ${times.notBefore} to ${times.notAfter}`;
    context.data(context.json ? JSON.stringify(facts) : `${role}  ${clean(commonName)}  ${words}`);
  }
  if (!isAllInDate) context.tell('hint: chartseal identity renew enrols them anew.');
  return isAllInDate ? 0 : EXIT_FINDING;
}

/** By the administrator, who may do so for others: what expired or was revoked renews nothing. */
async function enrolAnew(
  client: CaClient,
  profile: FabricProfile,
  [role, files]: NamedFiles,
): Promise<void> {
  const { certificatePem } = await readIdentity(files);
  const { commonName } = certificateFacts(certificatePem);
  const admin = await readIdentity(profile.identities.admin as IdentityFiles);
  const attributes = [{ name: ROLE_ATTRIBUTE, value: role, inCertificate: true }];
  await writeIdentity(files, await enrolIdentity(client, admin, { id: commonName, attributes }));
}

async function renewOne(
  client: CaClient,
  profile: FabricProfile,
  named: NamedFiles,
  withinDays: number,
): Promise<Renewed> {
  const [role, files] = named;
  const options = { withinDays, now: Date.now() };
  await readIdentity(files);
  await requireOwner(files.key, `the key ${files.key}`);
  try {
    return { ...(await renewIdentity(client, files, options)), isEnrolledAnew: false };
  } catch (error) {
    const isRefused = error instanceof ChartsealError && error.code === 'CA_REFUSED';
    const hasAdmin = role !== 'admin' && profile.identities.admin !== undefined;
    if (!isRefused || !hasAdmin) throw error;
  }
  await enrolAnew(client, profile, named);
  const { notAfterAt } = certificateFacts((await readIdentity(files)).certificatePem);
  const renewFromAt = notAfterAt - withinDays * DAY_MS;
  return { isRenewed: true, isEnrolledAnew: true, notAfterAt, renewFromAt };
}

function tellRenewed([role]: NamedFiles, renewed: Renewed, context: CommandContext): void {
  const { isRenewed, isEnrolledAnew, notAfterAt, renewFromAt } = renewed;
  const did = isEnrolledAnew ? 'enrolled anew' : isRenewed ? 'renewed' : 'kept';
  const times = { notAfter: formatTime(notAfterAt), renewFrom: formatTime(renewFromAt) };
  context.data(
    context.json
      ? JSON.stringify({ role, did, ...times })
      : `${role}  ${did}, in date until ${times.notAfter}`,
  );
}

export async function identityRenew(
  options: RenewOptions,
  context: CommandContext,
): Promise<number> {
  const profile = await readFabricProfile(options.profile);
  const client = await clientOf(profile);
  let next = Number.POSITIVE_INFINITY;
  let failure: ChartsealError | undefined;
  for (const named of chosen(profile, options.role)) {
    try {
      const renewed = await renewOne(client, profile, named, options.within);
      next = Math.min(next, renewed.renewFromAt);
      tellRenewed(named, renewed, context);
    } catch (error) {
      // An identity that cannot be renewed is no reason to let the others expire.
      if (!(error instanceof ChartsealError) || error.code === 'CA_UNAVAILABLE') throw error;
      context.tell(clean(`${named[0]}  not renewed: ${error.code} ${error.message}`));
      failure ??= error;
    }
  }
  if (failure !== undefined) throw failure;
  context.tell(
    next > Date.now()
      ? `next renewal from ${formatTime(next).slice(0, 10)} on`
      : 'the next run renews again: certificates last no longer than --within',
  );
  context.tell('a program that runs takes new files at its next start');
  return 0;
}

async function readCertificate(path: string): Promise<string> {
  const pem = await readProfileFile(path, 'certificate');
  try {
    certificateFacts(pem);
    return pem;
  } catch (cause) {
    throw new ChartsealError('BAD_FORMAT', `${path} is no certificate`, { cause });
  }
}

async function certificateToRevoke(
  profile: FabricProfile,
  { certificate, role }: RevokeOptions,
): Promise<string> {
  if ((certificate === undefined) === (role === undefined)) {
    throw new ChartsealError('USAGE', 'give either --role or --certificate');
  }
  if (certificate !== undefined) return readCertificate(certificate);
  const [named] = chosen(profile, role);
  return (await readIdentity((named as NamedFiles)[1])).certificatePem;
}

export async function identityRevoke(
  options: RevokeOptions,
  context: CommandContext,
): Promise<number> {
  const profile = await readFabricProfile(options.profile);
  const pem = await certificateToRevoke(profile, options);
  const { serial, authorityKeyId, commonName } = certificateFacts(pem);
  if (authorityKeyId === undefined) {
    throw new ChartsealError('BAD_INPUT', 'the certificate does not name its authority');
  }
  const [admin] = chosen(profile, 'admin') as [NamedFiles];
  const client = await clientOf(profile);
  const identity = await readIdentity(admin[1]);
  const list = await client.revoke(identity, { serial, authorityKeyId }, options.reason);
  context.tell(`revoked: certificate ${serial} of ${clean(commonName)}`);
  if (options.list !== undefined) await writeWhole(options.list, list, 0o644);
  const isInChannel = options.state !== undefined;
  if (options.state !== undefined) await tellChannel(options.state, profile, list, context);
  else context.tell('Peers accept it until the channel has the list: give --state or --list.');
  if (context.json) context.data(JSON.stringify({ id: commonName, serial, isInChannel }));
  return 0;
}

async function tellChannel(
  folder: string,
  { mspId }: FabricProfile,
  list: string,
  context: CommandContext,
): Promise<void> {
  const state = await readState(folder);
  const organisation = state.organisations.find((one) => one.mspId === mspId);
  if (organisation === undefined) {
    throw new ChartsealError('BAD_INPUT', `the network has no organisation ${mspId}`);
  }
  await publishRevocations(state, organisation, list);
  context.tell(`the channel ${state.channel} refuses it from now on`);
}
