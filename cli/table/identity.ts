// Commands that look after the identities of a connection profile.

import { InvalidArgumentError } from 'commander';
import { IDENTITY_ROLES } from '../../chaincode/core/identity-roles.js';
import { REVOCATION_REASONS } from '../../network/revocation-reasons.js';
import * as flags from '../flags.js';
import { type CommandRow, command } from './row.js';

const DEFAULT_DAYS = 30;

function days(number: string): number {
  if (!/^[0-9]{1,5}$/.test(number)) throw new InvalidArgumentError('It is a number of days.');
  return Number(number);
}

const profile = flags.requiredText('--profile <file>', 'connection profile of the channel');
const role = flags.parsed(
  '--role <role>',
  `only this one (${IDENTITY_ROLES.join(', ')})`,
  flags.oneOf(IDENTITY_ROLES),
);

export const IDENTITY_COMMANDS: readonly CommandRow[] = [
  command({
    name: 'identity show',
    summary: 'Say whose certificates a connection profile names, and until when they are in date.',
    example: 'identity show --profile hospital-a.json',
    flags: { profile, role },
    run: async (_given, values, context) =>
      (await import('../commands/identity.js')).identityShow(values, context),
  }),
  command({
    name: 'identity renew',
    summary: 'Renew certificates that soon expire, each with a new key.',
    example: 'identity renew --profile hospital-a.json',
    flags: {
      profile,
      role,
      within: flags.parsedOr(
        '--within <days>',
        'renew what has no more days left',
        days,
        DEFAULT_DAYS,
        String(DEFAULT_DAYS),
      ),
    },
    run: async (_given, values, context) =>
      (await import('../commands/identity.js')).identityRenew(values, context),
  }),
  command({
    name: 'identity revoke',
    summary: 'Revoke a certificate, and tell the channel.',
    example: 'identity revoke --profile hospital-a.json --role writer --state chartseal-network',
    flags: {
      profile,
      role: flags.parsed(
        '--role <role>',
        `the certificate of this role (${IDENTITY_ROLES.join(', ')})`,
        flags.oneOf(IDENTITY_ROLES),
      ),
      certificate: flags.text('--certificate <file>', 'this certificate instead'),
      reason: flags.choice('--reason <word>', 'why', REVOCATION_REASONS, 'unspecified'),
      list: flags.text('--list <file>', 'write the list of what is revoked to this file'),
      state: flags.text('--state <dir>', 'network whose channel is told of it'),
    },
    run: async (_given, values, context) =>
      (await import('../commands/identity.js')).identityRevoke(values, context),
  }),
];
