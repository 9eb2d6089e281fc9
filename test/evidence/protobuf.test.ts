import { common, ledger, msp, peer } from '@hyperledger/fabric-protos';
import { expect } from 'chai';
import fc from 'fast-check';
import { concat, utf8 } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import * as messages from '../../gateway/evidence/fabric-messages.js';
import {
  bytes,
  flag,
  integer,
  type Message,
  many,
  readMessage,
  text,
  type Values,
} from '../../gateway/evidence/protobuf.js';
import { expectCode } from '../support/expect-code.js';

const SAMPLE = {
  count: integer(1),
  open: flag(2),
  blob: bytes(3),
  name: text(4),
  blobs: many(bytes(5)),
} satisfies Message;

const read = (...parts: readonly (number | Uint8Array)[]) =>
  readMessage(
    concat(...parts.map((part) => (typeof part === 'number' ? Uint8Array.of(part) : part))),
    SAMPLE,
    'the sample',
  );

const textOrNone = fc.option(fc.string({ unit: 'binary', minLength: 1 }), { nil: undefined });
const bytesOrNone = fc.option(fc.uint8Array({ minLength: 1 }), { nil: undefined });
const numberOrNone = fc.option(fc.integer({ min: 1, max: 2 ** 31 - 1 }), { nil: undefined });
const safeOrNone = fc.option(fc.maxSafeNat(), { nil: undefined });
const plain = (value: Uint8Array | undefined) => value && Buffer.from(value).toString('hex');

/** What two programs have read, in one form: an absent field is empty. */
function comparable(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const known = Object.entries(values).map(([name, value]) => {
    if (value instanceof Uint8Array) return [name, plain(value)];
    if (Array.isArray(value)) return [name, value.map((item) => plain(item as Uint8Array))];
    return [name, value];
  });
  return Object.fromEntries(known.filter(([, value]) => value && value !== ''));
}

/** The same message by the other program; throws for what that program refuses. */
type Oracle = (data: Uint8Array) => Record<string, unknown>;

const ORACLES: readonly (readonly [name: string, Message, Oracle])[] = [
  [
    'SerializedIdentity',
    messages.SERIALIZED_IDENTITY,
    (data) => {
      const found = msp.SerializedIdentity.deserializeBinary(data);
      return { mspId: found.getMspid(), certificate: found.getIdBytes_asU8() };
    },
  ],
  [
    'ProposalResponsePayload',
    messages.PROPOSAL_RESPONSE_PAYLOAD,
    (data) => {
      const found = peer.ProposalResponsePayload.deserializeBinary(data);
      return {
        proposalHash: found.getProposalHash_asU8(),
        extension: found.getExtension_asU8(),
      };
    },
  ],
  [
    'Response',
    messages.RESPONSE,
    (data) => {
      const found = peer.Response.deserializeBinary(data);
      return {
        status: found.getStatus(),
        message: found.getMessage(),
        payload: found.getPayload_asU8(),
      };
    },
  ],
  [
    'ChaincodeID',
    messages.CHAINCODE_ID,
    (data) => {
      const found = peer.ChaincodeID.deserializeBinary(data);
      return { path: found.getPath(), name: found.getName(), version: found.getVersion() };
    },
  ],
  [
    'SignatureHeader',
    messages.SIGNATURE_HEADER,
    (data) => {
      const found = common.SignatureHeader.deserializeBinary(data);
      return { creator: found.getCreator_asU8(), nonce: found.getNonce_asU8() };
    },
  ],
  [
    'Version',
    messages.VERSION,
    (data) => {
      const found = ledger.rwset.kvrwset.Version.deserializeBinary(data);
      return { block: found.getBlockNum(), tx: found.getTxNum() };
    },
  ],
  [
    'ChaincodeInput',
    messages.CHAINCODE_INPUT,
    (data) => {
      const found = peer.ChaincodeInput.deserializeBinary(data);
      return { arguments: found.getArgsList_asU8(), isInit: found.getIsInit() };
    },
  ],
];

describe('evidence/protobuf', () => {
  it('reads what Fabric’s own library wrote, field by field', () => {
    fc.assert(
      fc.property(
        fc.record({ type: numberOrNone, channelId: textOrNone, txId: textOrNone }),
        fc.record({ epoch: safeOrNone, extension: bytesOrNone, tlsCertificateHash: bytesOrNone }),
        (one, two) => {
          const header = new common.ChannelHeader();
          if (one.type !== undefined) header.setType(one.type);
          if (one.channelId !== undefined) header.setChannelId(one.channelId);
          if (one.txId !== undefined) header.setTxId(one.txId);
          if (two.epoch !== undefined) header.setEpoch(two.epoch);
          if (two.extension !== undefined) header.setExtension$(two.extension);
          if (two.tlsCertificateHash !== undefined) header.setTlsCertHash(two.tlsCertificateHash);
          const found = readMessage(header.serializeBinary(), messages.CHANNEL_HEADER, 'a header');
          expect(comparable(found)).to.deep.equal(comparable({ ...one, ...two }));
        },
      ),
    );
  });

  it('reads repeated messages in their order, and tells an absent version from zeros', () => {
    const { KVRead, KVRWSet, KVWrite, Version } = ledger.rwset.kvrwset;
    const absent = new KVRead();
    absent.setKey('absent');
    const first = new KVRead();
    first.setKey('first');
    first.setVersion(new Version());
    const set = new KVRWSet();
    set.setReadsList([absent, first]);
    set.setWritesList([new KVWrite()]);
    const found = readMessage(set.serializeBinary(), messages.KV_READ_WRITE_SET, 'a set');
    const reads = found.reads.map((one) => readMessage(one, messages.KV_READ, 'a read'));
    expect(reads.map(({ key }) => key)).to.deep.equal(['absent', 'first']);
    expect(reads.map(({ version }) => version?.length)).to.deep.equal([undefined, 0]);
    expect(found.writes).to.have.lengthOf(1);
    expect(found.metadataWrites).to.deep.equal([]);
  });

  for (const [name, message, oracle] of ORACLES) {
    it(`never reads a ${name} otherwise than Fabric’s own library does`, () => {
      const chunk = fc.oneof(
        fc.uint8Array({ maxLength: 6 }),
        fc
          .tuple(fc.integer({ min: 1, max: 4 }), fc.string({ maxLength: 5 }))
          .map(([number, value]) =>
            concat(Uint8Array.of(number * 8 + 2, value.length), utf8(value)),
          )
          .filter((data) => data[1] === data.length - 2),
        fc
          .tuple(fc.integer({ min: 1, max: 4 }), fc.nat(127))
          .map(([number, value]) => Uint8Array.of(number * 8, value)),
      );
      const inputs = fc.array(chunk, { maxLength: 4 }).map((parts) => concat(...parts));
      let accepted = 0;
      fc.assert(
        fc.property(inputs, (data) => {
          let ours: Record<string, unknown>;
          try {
            ours = readMessage(data, message, 'the message');
          } catch (error) {
            expect(error).to.be.instanceOf(ChartsealError);
            return;
          }
          accepted++;
          const { decorations: _, ...compared } = ours;
          if (Array.isArray(ours['decorations']) && ours['decorations'].length > 0) return;
          expect(comparable(compared)).to.deep.equal(comparable(oracle(data)));
        }),
        { numRuns: 1000 },
      );
      expect(accepted).to.be.above(20);
    });
  }
});

describe('evidence/protobuf: refusals', () => {
  const refused = (...parts: readonly (number | Uint8Array)[]) =>
    expectCode(() => read(...parts), 'BAD_FORMAT');

  it('has one reading of every number: shortest form, at most 2^53 - 1', () => {
    const count = (...data: number[]) => read(8, ...data).count;
    expect(count(0)).to.equal(0);
    expect(count(0x80, 1)).to.equal(128);
    expect(count(255, 255, 255, 255, 255, 255, 255, 15)).to.equal(Number.MAX_SAFE_INTEGER);
    refused(8, 255, 255, 255, 255, 255, 255, 255, 16);
    refused(8, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1);
    refused(8, 0x80, 0);
    refused(8, 0x81, 0x80, 0);
    refused(8, 0x80);
    refused(8);
    refused(0x88, 0, 1);
  });

  it('refuses a field that stands twice, unless it may', () => {
    refused(8, 1, 8, 1);
    refused(26, 1, 1, 26, 1, 1);
    expect(read(42, 1, 7, 42, 0).blobs.map((one) => one.length)).to.deep.equal([1, 0]);
  });

  it('refuses lengths beyond the end, other wire types, and flags that are no flags', () => {
    refused(26, 2, 1);
    refused(26, 0xff, 0xff, 0xff, 0xff, 0x0f, 1);
    refused(26);
    for (const wireType of [1, 2, 3, 4, 5, 6, 7]) refused(8 + wireType, 0);
    refused(24, 1);
    refused(16, 2);
    expect(read(16, 1).open).to.equal(true);
  });

  it('refuses field numbers out of range, and text that is not UTF-8', () => {
    refused(0, 0);
    refused(7, 0);
    refused(0x80, 0x80, 0x80, 0x80, 0x10, 0);
    expectCode(() => read(34, 1, 0xff), 'BAD_INPUT');
    expectCode(() => read(34, 3, 0xed, 0xa0, 0x80), 'BAD_INPUT');
  });

  it('gives a field that it does not know the code that the caller wants', () => {
    const unknown = Uint8Array.of(80, 1);
    expectCode(() => read(unknown), 'NEWER_VERSION');
    expectCode(() => readMessage(unknown, SAMPLE, 'the sample', 'BAD_FORMAT'), 'BAD_FORMAT');
  });

  it('does not copy, and does not grow with what a length promises', () => {
    const data = Uint8Array.of(26, 2, 1, 2);
    const found: Values<typeof SAMPLE> = readMessage(data, SAMPLE, 'the sample');
    expect(found.blob?.buffer).to.equal(data.buffer);
    const deep = new Uint8Array(200_000).fill(42);
    expectCode(() => readMessage(deep, SAMPLE, 'the sample'), 'BAD_FORMAT');
  });
});
