// The table of commands: what can be typed, in the order of the help. What is done stands in
// commands/, loaded when its command is the one to run.
import { ACCESS_COMMANDS } from './table/access.js';
import { ARCHIVE_COMMANDS } from './table/archive.js';
import { BACKUP_COMMANDS } from './table/backup.js';
import { CONTRACT_COMMANDS } from './table/contract.js';
import { FEED_COMMANDS } from './table/feed.js';
import { IDENTITY_COMMANDS } from './table/identity.js';
import { INQUIRY_COMMANDS } from './table/inquiry.js';
import { LOG_COMMANDS } from './table/log.js';
import { NETWORK_COMMANDS } from './table/network.js';
import type { CommandRow } from './table/row.js';
import { SERVE_COMMANDS } from './table/serve.js';
import { UPKEEP_COMMANDS } from './table/upkeep.js';

export const GROUPS: Readonly<Record<string, string>> = {
  access: 'Access events: who did something to records of a patient.',
  clock: 'The clock of this machine, by which entries are dated.',
  feed: 'What sources sent: how much, what of it was refused, refused events kept aside.',
  identity: 'Certificates with which the channel of a Fabric network is called.',
  inquiry: 'What patients ask about their files, and what the hospital answers.',
  keys: 'The keys of the log: without them no history can be made again.',
  log: 'The log as others follow it: checkpoints, consistency proofs, leaves.',
  network: 'A Fabric network of three organisations on this machine.',
  trust: 'The trust file, with which others verify.',
};

export const COMMANDS: readonly CommandRow[] = [
  ...ARCHIVE_COMMANDS,
  ...ACCESS_COMMANDS,
  ...FEED_COMMANDS,
  ...INQUIRY_COMMANDS,
  ...SERVE_COMMANDS,
  ...LOG_COMMANDS,
  ...UPKEEP_COMMANDS,
  ...BACKUP_COMMANDS,
  ...NETWORK_COMMANDS,
  ...CONTRACT_COMMANDS,
  ...IDENTITY_COMMANDS,
];
