// The step about the entries of a history: each one that is shown is its leaf's, and a record's
// are all of this record, its versions counting up.
import { decodeBase64 } from '../../chaincode/core/bytes.js';
import type { Entry } from '../../chaincode/core/entry.js';
import { ACTS } from '../../chaincode/core/lifecycle.js';
import { type CheckedEntry, checkEntry, readLeaf } from './entry-check.js';
import type { History } from './history.js';
import { isNewerAct } from './newer.js';
import { ReferenceCheck } from './reference-check.js';
import { type Finding, failed, isOk, needs, ok } from './steps.js';

const TELL_EVERY = 256;

export interface CheckedEntries {
  readonly finding: Finding;
  /** Parallel to the leaves; undefined for what is not shown. */
  readonly checked: readonly (CheckedEntry | undefined)[];
  readonly notShown: number;
}

/** Version of the record at each leaf, undefined where the acts do not tell. */
export function countVersions(leaves: readonly Uint8Array[]): (number | undefined)[] {
  let version: number | undefined = 0;
  return leaves.map((bytes, sequence) => {
    const read = readLeaf(bytes);
    const act = 'value' in read ? read.value.act : undefined;
    const told =
      act !== undefined &&
      !isNewerAct(act) &&
      act !== ACTS.transform &&
      (sequence > 0 || act === ACTS.archive);
    if (!told) version = undefined;
    const counts = act === ACTS.archive || act === ACTS.amend;
    if (version !== undefined && counts) version += 1;
    return version;
  });
}

function recordFault(
  { subject }: History,
  entry: Entry,
  version: number | undefined,
): string | undefined {
  if (subject.kind !== 'record' || !('record' in entry)) return undefined;
  if (entry.record.id !== subject.id) return 'is of another record';
  if (version !== undefined && entry.record.version !== version) {
    return `says version ${entry.record.version}, its place makes it ${version}`;
  }
  return undefined;
}

/** Members of the same length as the leaves; what is wrong with them, if so. */
function lengthFault({ leaves, entries, openings }: History): Finding | undefined {
  if (entries.length !== leaves.length) {
    return failed(`The file has ${leaves.length} leaves and ${entries.length} places for entries.`);
  }
  if (openings !== undefined && openings.length !== leaves.length) {
    return failed(`The file has ${leaves.length} leaves and ${openings.length} for openings.`);
  }
  const stray = openings?.findIndex((one, at) => one !== null && entries[at] === null) ?? -1;
  if (stray >= 0) return failed(`Openings are given for entry ${stray}, which is not shown.`);
  return undefined;
}

/** The first failure counts, else the first thing that could not be checked. */
function isWorse(finding: Finding, than: Finding | undefined): boolean {
  return than === undefined || (finding.status === 'FAILED' && than.status !== 'FAILED');
}

/**
 * @param leaves bytes of `history.leaves`
 * @param origin of the checkpoint, undefined when that could not be read
 * @param tell told now and then how many entries are checked
 */
export function checkEntries(
  history: History,
  leaves: readonly Uint8Array[],
  origin: string | undefined,
  tell?: (done: number, of: number) => void,
): CheckedEntries {
  const versions = countVersions(leaves);
  const checked: (CheckedEntry | undefined)[] = [];
  let found = lengthFault(history);
  let notShown = 0;
  const references = new ReferenceCheck(leaves);
  for (const [sequence, leaf] of leaves.entries()) {
    if (sequence % TELL_EVERY === 0) tell?.(sequence, leaves.length);
    const text = history.entries[sequence] ?? null;
    if (text === null) {
      checked.push(undefined);
      notShown += 1;
      continue;
    }
    const outcome = checkEntry({
      entry: decodeBase64(text, 'entry'),
      leaf,
      openings: history.openings?.[sequence] ?? {},
      origin,
    });
    checked.push(outcome);
    const { entry } = outcome;
    const wrong =
      entry &&
      (recordFault(history, entry, versions[sequence]) ?? references.fault(entry, sequence));
    const finding = wrong === undefined ? outcome.finding : failed(`It ${wrong}.`);
    if (!isOk(finding) && isWorse(finding, found)) {
      found = { ...finding, sentence: `Entry ${sequence}: ${finding.sentence}` };
    }
  }
  const shown = leaves.length - notShown;
  const finding =
    found ??
    (origin === undefined
      ? needs('checkpoint')
      : ok(`${shown} of ${leaves.length} entries are shown, each as its leaf has it.`));
  return { finding, checked, notShown };
}
