// The package that peers install, judged by the archive reader of another hand.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { expect } from 'chai';
import { Parser } from 'tar';
import { packageChaincode } from '../../network/chaincode-package.js';
import { expectCode } from '../support/expect-code.js';

const STAGED = { version: '1.2.3', digest: 'ab'.repeat(32) };

interface Member {
  readonly mode: number | undefined;
  readonly mtime: number | undefined;
  readonly text: Buffer;
}

async function membersOf(archive: Uint8Array): Promise<Map<string, Member>> {
  const members = new Map<string, Member>();
  const parser = new Parser({
    strict: true,
    onReadEntry: (entry) => {
      const pieces: Buffer[] = [];
      entry.on('data', (piece: Buffer) => pieces.push(piece));
      entry.on('end', () => {
        const mtime = entry.mtime?.getTime();
        members.set(entry.path, { mode: entry.mode, mtime, text: Buffer.concat(pieces) });
      });
    },
  });
  const ended = once(parser, 'end');
  parser.end(Buffer.from(archive));
  await ended;
  return members;
}

describe('the package of the contract', () => {
  it('holds its metadata and code of no time and nobody', async () => {
    const members = await membersOf(packageChaincode(STAGED).bytes);
    expect([...members.keys()]).to.deep.equal(['metadata.json', 'code.tar.gz']);
    for (const { mode, mtime } of members.values()) expect([mode, mtime]).to.deep.equal([0o644, 0]);
    const metadata = JSON.parse(String(members.get('metadata.json')?.text));
    expect(metadata).to.deep.equal({
      label: `chartseal_1.2.3-${'ab'.repeat(6)}`,
      path: '',
      type: 'ccaas',
    });
  });

  it('names the contract in its code, and holds no address and no key', async () => {
    const { bytes } = packageChaincode(STAGED);
    const outer = await membersOf(bytes);
    const code = await membersOf(outer.get('code.tar.gz')?.text ?? new Uint8Array());
    expect([...code.keys()]).to.deep.equal(['contract.json']);
    const contract = JSON.parse(String(code.get('contract.json')?.text));
    expect(contract).to.deep.equal({ contract: '1.2.3', digest: STAGED.digest });
    expect(Buffer.from(bytes).toString('latin1')).to.not.match(/PRIVATE|localhost|127\.0/);
  });

  it('has the id that peers give it, the same bytes each time and on every machine', () => {
    const { bytes, label, packageId } = packageChaincode(STAGED);
    expect(packageId).to.equal(`${label}:${createHash('sha256').update(bytes).digest('hex')}`);
    expect(packageChaincode(STAGED)).to.deep.equal({ bytes, label, packageId });
    expect(packageId.slice(-64)).to.equal(
      'c2d1c3b7f176ac22cce1f54cf5dcd7f3b017eed329c33756d5684f8b8728dff3',
    );
  });

  it('is another one for another contract and for another version of the definition', () => {
    const ids = new Set([
      packageChaincode(STAGED).packageId,
      packageChaincode(STAGED, '1.2.4').packageId,
      packageChaincode({ ...STAGED, digest: 'cd'.repeat(32) }).packageId,
    ]);
    expect(ids.size).to.equal(3);
  });

  it('refuses a version that cannot stand in a label', () => {
    for (const version of ['', ' 1', '1+2', '1/2', `1${'0'.repeat(64)}`, '-1', '1"']) {
      expectCode(() => packageChaincode(STAGED, version), 'BAD_INPUT');
    }
  });
});
