// Batches that the contract must refuse, from the writer's own identity: nothing is written then.
import { ZERO_HASH } from '../../../chaincode/core/bytes.js';
import { canonicalJson } from '../../../chaincode/core/canonical-json.js';
import type { ErrorCode } from '../../../chaincode/core/errors.js';
import { formatLeaf, leafHash, parseLeaf } from '../../../chaincode/core/leaf.js';
import type { ActName } from '../../../chaincode/core/lifecycle.js';
import { MAX_APPEND_LEAVES } from '../../../chaincode/core/limits.js';
import { appendCall, labelOf, type Step, type TestBatch } from '../../support/log-writer.js';
import type { Fixture, TestLog } from './channel.js';

const patient = labelOf('patient');
const record = labelOf('record');
const sealed = labelOf('sealed record');
const held = labelOf('held record');
const lent = labelOf('lent record');
const gone = labelOf('destroyed record');
const nobody = labelOf('nobody yet');

/** Replaces one leaf of a batch. */
function withLeaf(batch: TestBatch, index: number, leaf: Uint8Array): TestBatch {
  return { ...batch, leaves: batch.leaves.map((old, at) => (at === index ? leaf : old)) };
}

function changed(bytes: Uint8Array, at: number, mask = 1): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at] = (copy[at] as number) ^ mask;
  return copy;
}

async function refusedActs(log: TestLog, acts: readonly ActName[], subject: Uint8Array) {
  for (const act of acts) {
    await log.refusesBatch(log.writer.batch([{ act, subject }]), 'ACT_REFUSED');
  }
}

export function refusalCases(fixture: Fixture): void {
  describe('refused batches', () => {
    let log: TestLog;
    before(async () => {
      log = await fixture.newLog();
      const archived = [record, sealed, held, lent, gone];
      await log.append(archived.map((subject) => ({ act: 'archive', subject })));
      await log.append([
        { act: 'access', subject: patient },
        { act: 'access', subject: patient },
        { act: 'seal', subject: sealed },
        { act: 'hold', subject: held },
        { act: 'lend', subject: lent },
        { act: 'destroy', subject: gone },
        { act: 'fixity', subject: log.writer.logLabel },
      ]);
    });

    const batch = (...steps: Step[]) => log.writer.batch(steps);
    const access = () => batch({ act: 'access', subject: patient });

    /** The batch of one access with members of its leaf changed. */
    function forged(members: Partial<ReturnType<typeof parseLeaf>>): TestBatch {
      const honest = access();
      const leaf = parseLeaf(honest.leaves[0] as Uint8Array);
      return withLeaf(honest, 0, formatLeaf({ ...leaf, ...members }));
    }

    it('a chain that skips, repeats or restarts its sequence', async () => {
      const honest = parseLeaf(access().leaves[0] as Uint8Array);
      await log.refusesBatch(forged({ sequence: honest.sequence + 1 }), 'CHAIN_BROKEN');
      await log.refusesBatch(forged({ sequence: honest.sequence - 1 }), 'CHAIN_BROKEN');
      await log.refusesBatch(forged({ sequence: 0, previous: ZERO_HASH }), 'CHAIN_BROKEN');
      const first = batch({ act: 'access', subject: nobody });
      const late = { ...parseLeaf(first.leaves[0] as Uint8Array), sequence: 1 };
      const skipping = formatLeaf({ ...late, previous: labelOf('anything') });
      await log.refusesBatch(withLeaf(first, 0, skipping), 'CHAIN_BROKEN');
    });

    it('a chain that forks from an older leaf, or names another one', async () => {
      await log.refusesBatch(forged({ previous: labelOf('another') }), 'CHAIN_BROKEN');
      const [first] = log.writer.leaves.slice(6, 7);
      await log.refusesBatch(forged({ previous: leafHash(first as Uint8Array) }), 'CHAIN_BROKEN');
      const honest = access();
      const twice = [
        honest.leaves[0],
        formatLeaf({ ...parseLeaf(access().leaves[0] as Uint8Array), entry: labelOf('other') }),
      ];
      await log.refusesBatch({ ...honest, leaves: twice as Uint8Array[] }, 'CHAIN_BROKEN');
    });

    it('acts on a record that its state forbids', async () => {
      await refusedActs(log, ['archive', 'receive', 'unhold', 'unseal', 'return'], record);
      await refusedActs(log, ['amend', 'transform', 'seal', 'destroy', 'archive'], sealed);
      await refusedActs(log, ['hold', 'destroy'], held);
      await refusedActs(log, ['lend', 'destroy'], lent);
      const after: ActName[] = ['amend', 'transform', 'transmit', 'hold', 'seal', 'lend'];
      await refusedActs(log, [...after, 'destroy', 'archive', 'receive'], gone);
    });

    it('acts on a subject of another kind, or on one that is not there', async () => {
      await refusedActs(log, ['access', 'inquiry', 'link', 'fixity', 'admin'], record);
      await refusedActs(log, ['archive', 'amend', 'hold', 'destroy', 'fixity', 'admin'], patient);
      await refusedActs(log, ['access', 'archive', 'erase'], log.writer.logLabel);
      const first: ActName[] = ['inquiry', 'answer', 'unlink', 'erase', 'fixity', 'admin'];
      await refusedActs(log, [...first, 'amend', 'transmit', 'destroy'], nobody);
      await refusedActs(log, ['hold-by', 'release-by'], record);
    });

    it('a forbidden act at the end of a batch that is good until then', async () => {
      const steps: Step[] = [
        { act: 'access', subject: patient },
        { act: 'destroy', subject: record },
        { act: 'amend', subject: record },
      ];
      await log.refusesBatch(batch(...steps), 'ACT_REFUSED');
      const twice: Step = { act: 'archive', subject: nobody };
      await log.refusesBatch(batch(twice, twice), 'ACT_REFUSED');
    });

    it('an act that no version knows', async () => {
      await log.refusesBatch(forged({ act: 0x7f }), 'ACT_REFUSED');
    });

    it('leaves that are not what their hashes say', async () => {
      const honest = access();
      const { json, transient } = appendCall(log.logId, honest);
      const leaves = transient['leaves'] as Uint8Array;
      const submit = (other: Uint8Array) => () =>
        log.ledger.submit('append', json, { ...transient, leaves: other });
      for (const at of [0, 1, 2, 40, 50, 105]) {
        await log.refuses(submit(changed(leaves, at)), 'BAD_LEAF');
      }
      await log.refuses(submit(leaves.subarray(1)), 'BAD_LEAF');
      await log.refuses(submit(new Uint8Array()), 'BAD_LEAF');
      await log.refuses(submit(new Uint8Array([...leaves, ...leaves])), 'BAD_LEAF');
      const { witness } = transient as { witness: Uint8Array };
      await log.refuses(() => log.ledger.submit('append', json, { witness }), 'BAD_LEAF');
    });

    it('leaves of another version, and closing leaves', async () => {
      const honest = access();
      const leaf = honest.leaves[0] as Uint8Array;
      await log.refusesBatch(withLeaf(honest, 0, changed(leaf, 0, 3)), 'BAD_LEAF');
      const closing = log.writer.leaves[5] as Uint8Array;
      await log.refusesBatch(withLeaf(honest, 0, closing), 'BAD_LEAF');
    });

    it('a witness with any byte changed', async () => {
      const honest = access();
      const before = await log.head();
      for (let at = 0; at < honest.witness.length; at++) {
        const witness = changed(honest.witness, at, 1 << (at % 8));
        await log.refusesBatch({ ...honest, witness }, 'BAD_WITNESS');
      }
      if ((await log.head()) !== before) throw new Error('the head moved');
    });

    it('a witness that is missing, cut, longer, of other subjects or of another log', async () => {
      const honest = access();
      const { witness } = honest;
      const others = [
        new Uint8Array(),
        witness.subarray(0, -1),
        Uint8Array.from([...witness, 0]),
        batch({ act: 'amend', subject: record }).witness,
        (await fixture.newLog()).writer.batch([{ act: 'access', subject: patient }]).witness,
      ];
      for (const other of others) {
        await log.refusesBatch({ ...honest, witness: other }, 'BAD_WITNESS');
      }
      const { json, transient } = appendCall(log.logId, honest);
      const { leaves } = transient as { leaves: Uint8Array };
      await log.refuses(() => log.ledger.submit('append', json, { leaves }), 'BAD_WITNESS');
    });

    it('too many leaves, none, or parts of one', async () => {
      const size = log.writer.size;
      const request = (bytes: number): [string, string] => [
        'append',
        canonicalJson({
          logId: log.logId,
          expectedSize: size,
          leafHashes: Buffer.alloc(bytes).toString('base64'),
        }),
      ];
      const cases: readonly [number, ErrorCode][] = [
        [0, 'BAD_INPUT'],
        [31, 'BAD_INPUT'],
        [33, 'BAD_INPUT'],
        [(MAX_APPEND_LEAVES + 1) * 32, 'TOO_LARGE'],
      ];
      for (const [bytes, code] of cases) {
        await log.refuses(() => log.ledger.submit(...request(bytes)), code);
      }
    });

    it('and takes the honest batch after all of them', async () => {
      await log.append([{ act: 'access', subject: patient }]);
    });
  });
}
