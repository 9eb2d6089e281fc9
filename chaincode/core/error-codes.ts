// The one table of error codes, and what each means outside. Nothing here names what an error was
// about: that is said by whoever throws it.

/** HTTP status, exit code of the CLI, and what to do next. */
interface CodeFacts {
  readonly status: number;
  readonly exit: 1 | 2 | 64;
  readonly hint: string;
}

const code = (status: number, exit: 1 | 2 | 64, hint: string): CodeFacts => ({
  status,
  exit,
  hint,
});

export const ERROR_CODES = {
  // input
  USAGE: code(400, 64, 'See chartseal --help.'),
  BAD_JSON: code(400, 2, 'Send one JSON value as RFC 8259 has it, without duplicate keys.'),
  BAD_INPUT: code(400, 2, 'Correct the member that the message names.'),
  BAD_FORMAT: code(400, 2, 'Give a file that Chartseal wrote, unchanged.'),
  NEWER_VERSION: code(400, 2, 'Update Chartseal: the file was written by a later version.'),
  TOO_LARGE: code(413, 2, 'Send less, or ask for less, at once; the message says of what.'),
  NOT_FOUND: code(404, 1, 'Check the identifier; identifiers are compared byte by byte.'),
  NOT_SUPPORTED: code(501, 2, 'Use another command or engine for this.'),
  PATIENT_NOT_NORMAL: code(
    400,
    2,
    'Give the identifier in its normal form: NFC, trimmed, without control characters, as the log registers for its system.',
  ),
  EVENT_NOT_MAPPED: code(
    422,
    2,
    'Set what the message names in fhir.sources; events that it refused can be replayed then.',
  ),
  EVENT_WITHOUT_PATIENT: code(422, 2, 'Nothing is to be done: no patient has it in a history.'),
  // files
  FILE_MISSING: code(400, 2, 'Check the path.'),
  FILE_UNREADABLE: code(400, 2, 'Give the user who runs Chartseal the right to read it.'),
  FILE_UNWRITABLE: code(500, 2, 'Give another folder, or make room and give the right to write.'),
  FILE_CHANGED: code(409, 2, 'The file changed while it was read; run the command again.'),
  NO_RECEIPT: code(400, 2, 'Give --receipt FILE, or put the receipt beside the document.'),
  NAME_NOT_UTF8: code(400, 2, 'Rename the file so that its name is UTF-8.'),
  NOT_ANCHORED: code(
    404,
    2,
    'Give a path below which documents were anchored; without paths, all records are checked.',
  ),
  AUDIT_UNFINISHED: code(
    409,
    2,
    'Run audit as that pass was begun, to go on with it; where that is refused, audit --restart.',
  ),
  RECORD_ID_TAKEN: code(
    409,
    1,
    'Give --id-prefix to tell the two folders apart, or --moved when the archive was moved.',
  ),
  // contract
  ACCESS_DENIED: code(403, 1, 'Use an identity with the role that the message names.'),
  LOG_EXISTS: code(409, 1, 'Choose another origin, or new keys.'),
  LOG_UNKNOWN: code(404, 1, 'Register the log first.'),
  LOG_MOVED: code(409, 1, 'Read the head again; another writer may use the same log.'),
  CHAIN_BROKEN: code(409, 1, 'Rebuild the batch from the newest heads of its subjects.'),
  ACT_REFUSED: code(409, 1, "The subject's state forbids this act; look at its history first."),
  BAD_LEAF: code(400, 1, 'Leaves are 106 bytes of version 1.'),
  BAD_WITNESS: code(400, 1, "The witness does not fit the head's map root; rebuild it."),
  BAD_KEY: code(400, 1, 'Give a valid Ed25519 public key.'),
  CLOCK_SKEW: code(409, 2, 'Correct the clocks of this machine and of the endorsers (NTP).'),
  // ledger
  IDENTITY_REFUSED: code(403, 2, 'Use a certificate that is in date and accepted; check clocks.'),
  LEDGER_LOCKED: code(503, 2, 'Another process holds this ledger; stop it first.'),
  LEDGER_CORRUPT: code(500, 2, 'Stop writing and restore the ledger from a backup.'),
  LEDGER_BEHIND: code(
    500,
    2,
    'The ledger is older than what was seen before; restore the newest backup.',
  ),
  LEDGER_UNAVAILABLE: code(503, 2, 'Try again when the ledger is reachable.'),
  LEDGER_FAILED: code(
    500,
    2,
    'Look at the cause (disk, permissions), and at the head before you try again: the call may have been committed.',
  ),
  // network
  PROGRAMS_MISSING: code(
    500,
    2,
    "Unpack Fabric's official release (2.5 LTS or 3.x) and Fabric CA's for this machine, and name the folder that holds peer, orderer and fabric-ca-server with --programs DIR or CHARTSEAL_FABRIC_BIN; or install Go, and they are built.",
  ),
  PROGRAMS_UNSUPPORTED: code(500, 2, 'Use Fabric 2.5 LTS or 3.x, and Fabric CA 1.5 or later.'),
  BUILD_FAILED: code(
    500,
    2,
    "See what the go command printed above; or take Fabric's official release, and name its folder with --programs DIR.",
  ),
  PORT_TAKEN: code(
    503,
    2,
    'End the program that listens there, or choose another port: --base-port of a new network (one that is there keeps its ports), people.port of a gateway.',
  ),
  LISTEN_FAILED: code(503, 2, 'Give an address of this machine and a port above 1023.'),
  NO_NETWORK: code(400, 64, 'Run chartseal network up first, or give --state DIR.'),
  NETWORK_BUSY: code(503, 2, 'Another chartseal network command works on it; wait for its end.'),
  NETWORK_FAILED: code(
    500,
    2,
    'Read the log that the message names; chartseal network up tries again. Where the log says that data of a peer is damaged, move the folder data of that peer away first: the peer gets it anew.',
  ),
  NETWORK_BEHIND: code(
    500,
    2,
    "Put back the newest copy of the orderer's whole folder (blocks, wal and snapshots together) before anything is sent. Without one this channel cannot go on: receipts stay good, a new network needs new logs.",
  ),
  NETWORK_DIFFERS: code(
    409,
    64,
    'Give the options with which the network was made, or make another one in an empty folder.',
  ),
  CHAINCODE_FAILED: code(
    500,
    2,
    'Look at the message, and at the logs of the peers; chartseal network up tries again.',
  ),
  CHAINCODE_ALTERED: code(
    500,
    2,
    'Take the network down, move that folder away as evidence, and find out who changed it. Then network up puts the contract there anew, with the version of Chartseal that deployed it.',
  ),
  CA_UNAVAILABLE: code(
    503,
    2,
    "Start the organisation's certificate authority, and check its address and TLS roots. Where it failed itself, see to its log and its disk.",
  ),
  CA_REFUSED: code(
    403,
    1,
    'Use an identity that is in date and has the right; its administrator can enrol it anew.',
  ),
  // the auditor's own eyes
  BLOCKS_BROKEN: code(
    500,
    1,
    "Keep this peer's blocks as evidence, and compare them with another organisation's peer.",
  ),
  BLOCKS_MISSING: code(
    500,
    2,
    'Give the profile a peer that has every block: one that joined from block 0, not from a snapshot.',
  ),
  LOG_BROKEN: code(
    500,
    1,
    'Keep what was read as evidence and show it to the other organisations: what stands there breaks the rules that all of them endorse.',
  ),
  LOG_SHRUNK: code(
    500,
    1,
    "Keep both checkpoints as evidence, and ask the log's owner: a log that was restored from an old backup must not go on.",
  ),
  LEAF_DIFFERS: code(
    409,
    1,
    "Take the leaves anew from the log's owner; when they differ again, it does not show what it appended.",
  ),
  LEAVES_WITHHELD: code(
    409,
    1,
    "Ask the log's owner for these leaves (chartseal log leaves --from INDEX).",
  ),
  MIRROR_CORRUPT: code(
    500,
    2,
    'Keep this folder: compare the checkpoint in it with the log (chartseal log consistency FILE) before you mirror into a new one.',
  ),
  // store
  STORE_LOCKED: code(503, 2, 'Another process uses this data folder; wait for it or stop it.'),
  STORE_FAILED: code(
    503,
    2,
    'Look at the disk (space, permissions), start the gateway again where one ran, then send it again: what was answered before is kept, and not taken twice.',
  ),
  STORE_CORRUPT: code(
    500,
    2,
    'Run chartseal rebuild; when it refuses, restore the store from a backup.',
  ),
  STORE_OUTDATED: code(500, 2, 'Run chartseal rebuild: it makes the tables of this version.'),
  STORE_BEHIND: code(500, 2, 'The ledger holds more than this store; restore the newest store.'),
  // feed, log and data folder
  FEED_FULL: code(
    507,
    2,
    'Keep the event and send it again later; the operator makes room: chartseal feed refused, then chartseal feed replay or chartseal feed discard.',
  ),
  FEED_FAILED: code(
    503,
    2,
    'Look at DATA/feed (space, permissions); the log itself goes on. Send what was refused again.',
  ),
  FEED_CORRUPT: code(
    500,
    2,
    'Move DATA/feed away and keep it: counts begin anew, the log itself is untouched; have sources send again what was refused.',
  ),
  LOG_FORKED: code(
    500,
    2,
    'Keep both trees as evidence, compare them with another organisation, and restore the wrong one.',
  ),
  LOG_STOPPED: code(503, 2, 'Mend what the message names, then start the gateway again.'),
  NO_DATA: code(
    400,
    64,
    'Do what the message says; in an empty folder, run chartseal init first. Or give --data DIR.',
  ),
  KEY_EXPOSED: code(
    500,
    2,
    'Make the file readable for its owner alone (chmod 600) and ask who may have read it.',
  ),
  KEY_UNREADABLE: code(500, 2, 'Restore DATA/keys from its backup.'),
  DATA_EXISTS: code(
    409,
    64,
    'Choose an empty folder, or move away what the message names: keys and ledgers are never overwritten.',
  ),
  OTHER_OWNER: code(
    500,
    2,
    'Run it as that user, with sudo -u; or give the folder and all in it to root, with chown -R.',
  ),
  EXPORT_TOO_SLOW: code(
    503,
    2,
    'Export again to a disk or over a connection that takes at least 1 MiB/s.',
  ),
  FILE_EXISTS: code(409, 64, 'Give a name that is not taken: such files are never overwritten.'),
  BACKUP_REFUSED: code(
    400,
    2,
    'Check the passphrase; when it is right, this copy is damaged: use another one.',
  ),
  OTHER_LOG: code(409, 1, 'Give the keys, the export and the data folder of one and the same log.'),
  // accept
  IDEMPOTENCY_CONFLICT: code(409, 1, 'That request id came with other content; give a new one.'),
  INQUIRY_STATE: code(
    409,
    1,
    'Read the inquiry again: answers are given to open ones, appeals are made against answers.',
  ),
  TOO_MANY_INQUIRIES: code(429, 2, 'Wait until one of the open inquiries is answered.'),
  VERSION_CONFLICT: code(409, 1, 'Read the record again and submit its next version.'),
  CLOCK_BACKWARDS: code(
    503,
    2,
    "This machine's clock went backwards; accepts resume when it has caught up.",
  ),
  CLOCK_AHEAD: code(
    503,
    2,
    'Look at another clock. If this one is wrong, set it right (NTP), and it goes on by itself; if it is right: chartseal clock confirm YYYY-MM-DD, with the date of today.',
  ),
  // gateway
  UNAUTHENTICATED: code(401, 2, 'Send credentials that this gateway knows and that are in date.'),
  IDENTITY_PROVIDER_UNREACHABLE: code(
    503,
    2,
    "Try again when the issuer of the token can be reached; the operator checks the issuer's address and certificate.",
  ),
  NO_ROUTE: code(404, 2, 'See /v1/openapi.json for what there is.'),
  METHOD_NOT_ALLOWED: code(405, 2, 'Use one of the methods that the header Allow names.'),
  WRONG_MEDIA_TYPE: code(415, 2, 'Send one of the media types that the message names, as it is.'),
  NOT_ACCEPTABLE: code(406, 2, 'Take the media type that the message names.'),
  REQUEST_TIMEOUT: code(408, 2, 'Send the request again, without pauses.'),
  DIGEST_MISMATCH: code(
    400,
    2,
    'Send the document again; when that is refused too, read it anew and compute its digest.',
  ),
  REQUEST_CONFLICT: code(
    409,
    2,
    'Send each thing in one place, and only what goes together; the message names what does not.',
  ),
  RATE_LIMITED: code(429, 2, 'Wait as long as the header Retry-After says.'),
  SHUTTING_DOWN: code(503, 2, 'The gateway ends; send the request again when it is back.'),
  CONFIG_INVALID: code(400, 64, 'Correct every line that the message names.'),
  GATEWAY_UNREACHABLE: code(503, 2, 'Check the address, and whether the gateway runs.'),
  GATEWAY_FAILED: code(502, 2, "Look at the gateway's log at the request id in the message."),
  UNEXPECTED: code(500, 2, "Look at the gateway's log at the request id of this answer."),
  OUTBOX_FULL: code(429, 2, 'Too much waits for the ledger; try again later.'),
  NOT_PROVEN_YET: code(409, 2, 'The entry is accepted but not proven yet; wait and ask again.'),
} as const satisfies Record<string, CodeFacts>;

export type ErrorCode = keyof typeof ERROR_CODES;
