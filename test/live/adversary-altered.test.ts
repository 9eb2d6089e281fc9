// hospital-a runs altered code in its own contract service, under the definition that all approved.
// What becomes of that stands in the auditor's own blocks.
import { expect } from 'chai';
import { utf8 } from '../../chaincode/core/bytes.js';
import type { ErrorCode } from '../../chaincode/core/errors.js';
import { formatLeaf, parseLeaf } from '../../chaincode/core/leaf.js';
import { auditChain, findNewestAppend } from '../../gateway/ledger/fabric/chain-audit.js';
import { findContractError } from '../../gateway/ledger/fabric/fabric-errors.js';
import { readFabricProfile } from '../../gateway/ledger/fabric/profile.js';
import { readChainInfo } from '../../gateway/ledger/fabric/system-call.js';
import type { Transient } from '../../gateway/ledger/ledger.js';
import { FabricSource } from '../../gateway/services/mirror/fabric-source.js';
import { rebuildChannel } from '../../gateway/services/mirror/rebuild-channel.js';
import type { TestLog } from '../ledger/conformance/channel.js';
import { CHECKS_REMOVED, serveAltered, serveHonest } from '../support/adversary-contract.js';
import { Adversary } from '../support/adversary-hospital.js';
import {
  type Asked,
  adminKeys,
  endorseAs,
  type KeyHolder,
  type PeerWord,
  peerKeys,
  propose,
} from '../support/adversary-transaction.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { authorityOf, issueExtra } from '../support/live-identities.js';
import { LIVE_TIMEOUT_MS } from '../support/live-network.js';
import { appendCall, LogWriter, labelOf, type TestBatch } from '../support/log-writer.js';

const POLICY_FAILURE = 'ENDORSEMENT_POLICY_FAILURE';
const patient = labelOf('patient');
const held = labelOf('record on hold');

interface Forbidden {
  readonly name: string;
  readonly call: () => { readonly json: string; readonly transient: Transient };
  /** What the honest contract says. */
  readonly code: ErrorCode;
}

describe('a hospital that runs altered code as its own service', function () {
  this.timeout(120_000);
  let adversary: Adversary;
  let log: TestLog;
  let theirs: TestLog;
  let peer: KeyHolder;

  before(async function () {
    this.timeout(LIVE_TIMEOUT_MS);
    adversary = await Adversary.open();
    peer = peerKeys(adversary.live, 'hospital-a');
    log = await adversary.fixture.newLog('hospital-a');
    theirs = await adversary.fixture.newLog('hospital-b');
    await log.append([
      { act: 'archive', subject: held },
      { act: 'hold', subject: held },
      { act: 'access', subject: patient },
    ]);
    await theirs.append([{ act: 'access', subject: patient }]);
    await serveAltered(adversary.live, CHECKS_REMOVED);
  });
  after(async function () {
    this.timeout(LIVE_TIMEOUT_MS);
    if (adversary === undefined) return;
    await serveHonest(adversary.live);
    await adversary.close();
  });

  const access = () => log.writer.batch([{ act: 'access', subject: patient }]);
  const callOf = (batch: TestBatch, logId = log.logId) => appendCall(logId, batch);

  function skipping(): TestBatch {
    const batch = access();
    const leaf = parseLeaf(batch.leaves[0] as Uint8Array);
    const late = { ...leaf, sequence: leaf.sequence + 1, previous: labelOf('an event left out') };
    return { ...batch, leaves: [formatLeaf(late)] };
  }

  const FORBIDDEN: readonly Forbidden[] = [
    {
      name: 'a shrunk log',
      call: () => callOf(new LogWriter('any').batch([{ act: 'access', subject: patient }])),
      code: 'LOG_MOVED',
    },
    {
      name: "an event left out of a patient's chain",
      call: () => callOf(skipping()),
      code: 'CHAIN_BROKEN',
    },
    {
      name: 'a destroyed record on hold',
      call: () => callOf(log.writer.batch([{ act: 'destroy', subject: held }])),
      code: 'ACT_REFUSED',
    },
    {
      name: "an append to another organisation's log",
      call: () => callOf(theirs.writer.batch([{ act: 'access', subject: patient }]), theirs.logId),
      code: 'ACCESS_DENIED',
    },
  ];

  const asked = ({ json, transient }: { json: string; transient: Transient }) =>
    propose(adversary.writer, 'append', json, transient);

  /** What hospital-a's own peer says to it, by the altered code. */
  async function ownWord(call: Asked): Promise<PeerWord> {
    const [word] = await adversary.ask(call, 'hospital-a');
    expect(word?.status, word?.message).to.equal(200);
    return word as PeerWord;
  }

  for (const { name, call, code } of FORBIDDEN) {
    it(`${name}: its own peer alone endorses it, and that has no effect`, async () => {
      await adversary.withoutEffect([log, theirs], async () => {
        const proposal = await asked(call());
        const others = await adversary.ask(proposal, 'hospital-b', 'auditor');
        for (const { message } of others) {
          const told = findContractError(`chaincode response 500, ${message}`);
          expect(told?.code, message).to.equal(code);
        }
        const { payload, endorsement } = await ownWord(proposal);
        expect(await adversary.orderedAs(proposal, payload, [endorsement])).to.equal(
          POLICY_FAILURE,
        );
      });
    });
  }

  it('each of them, asked together with others, is refused as before', async () => {
    await adversary.withoutEffect([log, theirs], async () => {
      const { ledger } = adversary.writer;
      await Promise.all(
        FORBIDDEN.map(({ call, code }) => {
          const { json, transient } = call();
          return expectCodeAsync(() => ledger.submit('append', json, transient), code);
        }),
      );
    });
  });

  it('its endorsement does not count twice, nor with those of its clients', async () => {
    await adversary.withoutEffect([log], async () => {
      const secondPeer = await issueExtra(adversary.live, 'hospital-a', 'writer', 1);
      const root = authorityOf(adversary.live, adversary.live.organisation('hospital-a'));
      const mates: readonly KeyHolder[] = [
        peer,
        adminKeys(adversary.live, 'hospital-a'),
        { ...secondPeer, mspId: peer.mspId },
        { ...root, mspId: peer.mspId },
        { ...peer, mspId: 'HospitalBMSP' },
        { ...secondPeer, mspId: 'AuditorMSP' },
      ];
      for (const mate of mates) {
        const destroy = log.writer.batch([{ act: 'destroy', subject: held }]);
        const proposal = await asked(callOf(destroy));
        const { payload, endorsement } = await ownWord(proposal);
        const both = [endorsement, endorseAs(mate, payload)];
        expect(await adversary.orderedAs(proposal, payload, both)).to.equal(POLICY_FAILURE);
      }
    });
  });

  it('an answer that differs from an honest one is no use with either endorsement', async () => {
    const batch = log.writer.batch([
      { act: 'access', subject: patient },
      { act: 'access', subject: labelOf('an event to be kept from the ledger') },
    ]);
    const { json, transient } = callOf(batch);
    const call = { json, transient: { ...transient, withhold: utf8('the last') } };
    await adversary.withoutEffect([log], async () => {
      for (const which of ['altered', 'honest'] as const) {
        const proposal = await asked(call);
        const [altered, honest] = await adversary.ask(proposal, 'hospital-a', 'hospital-b');
        if (altered === undefined || honest === undefined) throw new Error('no answers');
        expect([altered.status, honest.status]).to.deep.equal([200, 200]);
        expect(altered.payload).to.not.deep.equal(honest.payload);
        const { payload } = which === 'altered' ? altered : honest;
        const both = [altered.endorsement, honest.endorsement];
        expect(await adversary.orderedAs(proposal, payload, both)).to.equal(POLICY_FAILURE);
      }
    });
  });

  it('the gateway of its own peer does not put together answers that do not match', async () => {
    const { json, transient } = callOf(access());
    await adversary.withoutEffect([log], async () => {
      const { connection, profile } = adversary.writer.ledger;
      const failure = await connection
        .run((gateway) =>
          gateway
            .getNetwork(profile.channel)
            .getContract(profile.chaincode)
            .newProposal('append', {
              arguments: [json],
              transientData: { ...transient, withhold: utf8('the last') },
              endorsingOrganizations: ['HospitalAMSP', 'HospitalBMSP'],
            })
            .endorse(),
        )
        .then(String, (error: Error) => JSON.stringify(error));
      expect(failure).to.match(/ProposalResponsePayloads do not match/);
    });
  });

  it('announces appends that are none, and nobody who reads the blocks believes them', async () => {
    const closing = log.writer.leaves.at(-1) as Uint8Array;
    const calls = [
      callOf(access()).json,
      callOf(theirs.writer.batch([{ act: 'access', subject: patient }]), theirs.logId).json,
      'no request at all',
    ];
    const { auditor } = adversary;
    const audits = async () => [
      await auditChain(auditor, log.logId),
      await auditChain(auditor, theirs.logId),
      await findNewestAppend(auditor, log.logId),
      await findNewestAppend(auditor, theirs.logId),
    ];
    const withoutBlocks = (told: unknown) => JSON.stringify(told).replaceAll(/"blocks":\d+/g, '');
    const before = withoutBlocks(await audits());
    const { height } = await readChainInfo(auditor.connection);
    const announced: string[] = [];
    await adversary.withoutEffect([log, theirs], async () => {
      for (const json of calls) {
        const proposal = await asked({ json, transient: { announce: closing } });
        const { payload, endorsement } = await ownWord(proposal);
        announced.push(proposal.txId);
        // Fabric lets it do so: nothing but its own private data is written.
        expect(await adversary.orderedAs(proposal, payload, [endorsement])).to.equal('VALID');
      }
    });
    expect(withoutBlocks(await audits())).to.equal(before);
    const seen: string[] = [];
    for await (const event of auditor.subscribe(height)) {
      if (!announced.includes(event.txId)) continue;
      expect(event).to.not.have.any.keys('event', 'payload');
      if (seen.push(event.txId) === announced.length) break;
    }
    const source = await FabricSource.open(
      await readFabricProfile(adversary.live.profile('auditor')),
    );
    try {
      const { logs } = await rebuildChannel(source);
      const sizes = [log, theirs].map(
        ({ logId }) => logs.find((one) => one.logId === logId)?.frontier.size,
      );
      expect(sizes).to.deep.equal([log.writer.size, theirs.writer.size]);
    } finally {
      await source.close();
    }
  });
});
