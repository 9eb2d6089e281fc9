import { common, peer } from '@hyperledger/fabric-protos';
import { expect } from 'chai';
import { encodeHex, equalBytes, utf8 } from '../../chaincode/core/bytes.js';
import { sha256 } from '../../chaincode/core/hash.js';
import { blockHash } from '../../gateway/ledger/fabric/block-hash.js';
import { parseBlock } from '../../gateway/ledger/fabric/fabric-blocks.js';
import { checkFabricBlock } from '../../gateway/services/mirror/fabric-source.js';
import { expectCode } from '../support/expect-code.js';

describe('blocks of a Fabric channel', () => {
  const data = [utf8('one'), utf8('two')];
  const dataHash = sha256(utf8('onetwo'));
  const first = { number: 0, previous: new Uint8Array(), dataHash, data, transactions: [] };

  it('have the hash of their header in DER', () => {
    const headers: readonly (readonly [number, string])[] = [
      [0, '302a020100'],
      [127, '302a02017f'],
      [128, '302b02020080'],
      [256, '302b02020100'],
      [40_000, '302c0203009c40'],
    ];
    for (const [number, start] of headers) {
      const previous = Uint8Array.of(1, 2, 3);
      const rest = `04030102030420${encodeHex(dataHash)}`;
      const wanted = sha256(Buffer.from(start + rest, 'hex'));
      expect(equalBytes(blockHash({ number, previous, dataHash }), wanted)).to.equal(true);
    }
  });

  it('raise the alarm when they do not follow or hold something else', () => {
    const hash = checkFabricBlock(first, { blocks: 0, hash: undefined });
    const second = { ...first, number: 1, previous: hash };
    checkFabricBlock(second, { blocks: 1, hash });
    const at = { blocks: 1, hash };
    expectCode(() => checkFabricBlock({ ...second, previous: dataHash }, at), 'BLOCKS_BROKEN');
    expectCode(() => checkFabricBlock({ ...second, data: [] }, at), 'BLOCKS_BROKEN');
    expectCode(() => checkFabricBlock(second, { blocks: 0, hash: undefined }), 'BLOCKS_BROKEN');
  });

  it('are read beside transactions that took no effect and are none', () => {
    const read = (code: number) => {
      const block = new common.Block();
      const blockData = new common.BlockData();
      blockData.setDataList([utf8('no envelope')]);
      block.setData(blockData);
      const metadata = new common.BlockMetadata();
      metadata.setMetadataList([new Uint8Array(), new Uint8Array(), Uint8Array.of(code)]);
      block.setMetadata(metadata);
      return parseBlock(block);
    };
    expect(read(peer.TxValidationCode.BAD_PAYLOAD).transactions).to.deep.equal([]);
    expectCode(() => read(peer.TxValidationCode.VALID), 'LEDGER_CORRUPT');
  });
});
