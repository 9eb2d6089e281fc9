// What can be read: checkpoints of any size, pages, events, attestations; and malformed requests.
import { expect } from 'chai';
import { encodeBase64, encodeHex } from '../../../chaincode/core/bytes.js';
import { canonicalJson } from '../../../chaincode/core/canonical-json.js';
import { MAX_APPEND_LEAVES } from '../../../chaincode/core/limits.js';
import { parseTime } from '../../../chaincode/core/time.js';
import { LogLedger, listLogs } from '../../../gateway/ledger/log-ledger.js';
import { expectCodeAsync } from '../../support/expect-code.js';
import { appendCall, type ExpectedAppend, labelOf } from '../../support/log-writer.js';
import { ALL_ORGANISATIONS, type Fixture, type TestLog } from './channel.js';

const UNKNOWN = 'f0'.repeat(32);
const TRANSACTIONS = [
  'registerLog',
  'append',
  'readCheckpoint',
  'readLog',
  'listLogs',
  'listCheckpoints',
] as const;

export function readingCases(fixture: Fixture): void {
  describe('reading', () => {
    let log: TestLog;
    const appends: ExpectedAppend[] = [];
    before(async () => {
      log = await fixture.newLog();
      for (let count = 1; count <= 5; count++) {
        const steps = Array.from({ length: count }, (_, index) => ({
          act: 'access' as const,
          subject: labelOf(`${count} ${index}`),
        }));
        appends.push(await log.append(steps));
      }
    });

    it('tells every checkpoint as it was, whoever asks', async () => {
      for (const organisation of ALL_ORGANISATIONS) {
        const reader = new LogLedger(await fixture.open(organisation, 'reader'), log.logId);
        for (const append of appends) {
          const checkpoint = await reader.readCheckpoint(append.size);
          expect(encodeHex(checkpoint.root)).to.equal(encodeHex(append.root));
          expect(checkpoint.closingLeaf).to.equal(encodeBase64(append.closingLeaf));
          expect(checkpoint.headSize).to.equal(log.writer.size);
          expect(checkpoint.origin).to.equal(log.registered.registration.origin);
          expect(checkpoint.ownerLogs).to.include(log.logId);
        }
        expect((await reader.readCheckpoint()).size).to.equal(log.writer.size);
      }
    });

    it('answers readCheckpoint with exactly the members that are attested', async () => {
      const request = { logId: log.logId, nonce: '0a' };
      const json = await log.ledger.evaluate('readCheckpoint', canonicalJson(request));
      const answer = JSON.parse(json);
      expect(canonicalJson(answer)).to.equal(json);
      expect(Object.keys(answer)).to.deep.equal([
        'asOf',
        'channel',
        'closingLeaf',
        'endorsedAt',
        'headSize',
        'kind',
        'logId',
        'nonce',
        'origin',
        'ownerLogs',
        'root',
        'size',
      ]);
      expect(answer.kind).to.equal('chartseal-checkpoint/1');
      expect(parseTime(answer.asOf, 'asOf')).to.be.at.least(
        parseTime(answer.endorsedAt, 'endorsedAt'),
      );
    });

    it('tells what was committed, not what another transaction is about to write', async () => {
      const own = await fixture.newLog();
      const append = own.append([{ act: 'access', subject: labelOf('patient') }]);
      const read = own.log.readCheckpoint();
      const { size } = await read;
      expect(size).to.be.oneOf([0, 2]);
      await append;
      expect((await own.log.readCheckpoint()).size).to.equal(2);
    });

    it('has no checkpoint between two appends or beyond the head', async () => {
      for (const size of [1, 3, 6, log.writer.size + 1, Number.MAX_SAFE_INTEGER]) {
        await expectCodeAsync(() => log.log.readCheckpoint(size), 'NOT_FOUND');
      }
    });

    it('echoes a nonce of up to 64 hex digits, and nothing else', async () => {
      for (const nonce of ['0', 'abcdef0123456789'.repeat(4)]) {
        expect((await log.log.readCheckpoint(undefined, { nonce })).nonce).to.equal(nonce);
      }
      for (const nonce of ['', 'AB', 'xyz', '0'.repeat(65)]) {
        await expectCodeAsync(() => log.log.readCheckpoint(undefined, { nonce }), 'BAD_INPUT');
      }
    });

    it('lists the appends in pages, from any size on', async () => {
      const sizes = appends.map(({ size }) => size);
      const whole = await log.log.listCheckpoints(0);
      expect(whole.next).to.equal(undefined);
      for (const [index, row] of whole.checkpoints.entries()) {
        const append = appends[index] as ExpectedAppend;
        expect(row.size).to.equal(append.size);
        expect(row.appendNumber).to.equal(append.appendNumber);
        expect(row.leaves).to.equal(index + 1);
        expect(encodeHex(row.root)).to.equal(encodeHex(append.root));
        expect(encodeHex(row.closingLeaf)).to.equal(encodeHex(append.closingLeaf));
      }
      const paged: number[] = [];
      for (let after: number | undefined = 0; after !== undefined; ) {
        const page: Awaited<ReturnType<LogLedger['listCheckpoints']>> =
          await log.log.listCheckpoints(after, 2);
        expect(page.checkpoints.length).to.be.within(1, 2);
        paged.push(...page.checkpoints.map(({ size }) => size));
        after = page.next;
      }
      expect(paged).to.deep.equal(sizes);
      const [, second] = sizes as [number, number];
      const rest = await log.log.listCheckpoints(second);
      expect(rest.checkpoints.map(({ size }) => size)).to.deep.equal(sizes.slice(2));
      expect((await log.log.listCheckpoints(log.writer.size)).checkpoints).to.deep.equal([]);
    });

    it('lists the logs of the channel and of one organisation in pages', async () => {
      const mspId = (await fixture.newLog('hospital-b')).registered.registration.mspId;
      await fixture.newLog('hospital-b');
      for (const filter of [{}, { mspId }]) {
        const seen: string[] = [];
        for (let after: string | undefined = ''; after !== undefined; ) {
          const from = after === '' ? {} : { after };
          const page: Awaited<ReturnType<typeof listLogs>> = await listLogs(log.ledger, {
            ...filter,
            ...from,
            limit: 3,
          });
          expect(page.logs.length).to.be.at.most(3);
          for (const row of page.logs) {
            if ('mspId' in filter) expect(row.mspId).to.equal(mspId);
            seen.push(row.logId);
          }
          after = page.next;
        }
        expect(seen).to.deep.equal([...new Set(seen)].sort());
        if (!('mspId' in filter)) expect(seen).to.include(log.logId);
        else expect(seen).to.not.include(log.logId);
      }
      expect(await listLogs(log.ledger, { mspId: 'NobodyMSP' })).to.deep.equal({ logs: [] });
    });

    it('does not know logs that were not registered', async () => {
      const unknown = new LogLedger(log.ledger, UNKNOWN);
      await expectCodeAsync(() => unknown.readLog(), 'LOG_UNKNOWN');
      await expectCodeAsync(() => unknown.readCheckpoint(0), 'LOG_UNKNOWN');
      await expectCodeAsync(() => unknown.listCheckpoints(0), 'LOG_UNKNOWN');
      const batch = log.writer.batch([{ act: 'access', subject: labelOf('patient') }]);
      const { json, transient } = appendCall(UNKNOWN, batch);
      const append = () => log.ledger.submit('append', json, transient);
      await log.refuses(append, 'LOG_UNKNOWN');
    });

    it('refuses requests that are not exactly what a transaction takes', async () => {
      const admin = await fixture.open('hospital-a', 'admin');
      for (const name of TRANSACTIONS) {
        const ledger = name === 'registerLog' ? admin : log.ledger;
        const submit = (json: string) => () => ledger.submit(name, json);
        for (const json of ['', '{', '{"a":1,"a":2}', '{} ,', '{"a":1.5}', '"\\ud800"', 'nul']) {
          await log.refuses(submit(json), 'BAD_JSON');
        }
        for (const json of ['null', '[]', '"x"', '1', '{"unknown":1}']) {
          await log.refuses(submit(json), 'BAD_INPUT');
        }
      }
      const { logId } = log;
      const bad: readonly [string, object][] = [
        ['readLog', { logId: logId.toUpperCase().replace(/\d/g, 'A') }],
        ['readLog', { logId, size: 1 }],
        ['readCheckpoint', { logId, size: -1 }],
        ['readCheckpoint', { logId, size: '1' }],
        ['listCheckpoints', { logId }],
        ['listCheckpoints', { logId, after: 0, limit: 0 }],
        ['listCheckpoints', { logId, after: 0, limit: 257 }],
        ['listLogs', { limit: 0 }],
        ['listLogs', { mspId: '' }],
        ['append', { logId, expectedSize: 0 }],
        ['append', { logId, expectedSize: -1, leafHashes: '' }],
        ['append', { logId, expectedSize: 0, leafHashes: 'AA' }],
      ];
      for (const [name, request] of bad) {
        await log.refuses(() => log.ledger.submit(name, canonicalJson(request)), 'BAD_INPUT');
      }
    });

    it('takes as many leaves as it says', () => {
      expect(log.ledger.limits().appendLeaves).to.be.within(1, MAX_APPEND_LEAVES);
    });

    it('attests the answer that it gives', async () => {
      const own = await fixture.newLog();
      await own.append([{ act: 'access', subject: labelOf('patient') }]);
      const ledger = await fixture.channel.open('hospital-a', 'writer', own.noteKey);
      const attested = new LogLedger(ledger, own.logId);
      const organisations = [own.registered.registration.mspId];
      for (const size of [0, 2, undefined]) {
        const { answer, attestation } = await attested.attestCheckpoint(size, {
          nonce: 'abc',
          organisations,
        });
        expect(answer.size).to.equal(size ?? 2);
        expect(answer.nonce).to.equal('abc');
        expect(attestation.type).to.match(/^[a-z-]+\/1$/);
      }
      const request = canonicalJson({ logId: own.logId, size: 1 });
      await expectCodeAsync(() => ledger.attest(request, organisations), 'NOT_FOUND');
      await ledger.close();
    });
  });
}
