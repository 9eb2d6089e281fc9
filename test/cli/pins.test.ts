// Checkpoints that somebody kept: pinned in a trust file, and what is verified by them alone, with
// consistency proofs that the log gives.
import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { canonicalBytes } from '../../chaincode/core/canonical-json.js';
import { trustPin } from '../../cli/commands/trust.js';
import { verify } from '../../cli/commands/verify.js';
import type { CommandContext } from '../../cli/context.js';
import { formatTrustFile, parseTrustFile } from '../../gateway/evidence/trust.js';
import { Workplace } from '../support/cli.js';
import { INDEX, PATIENT, sampleLog } from '../support/evidence-sample.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { expectNoStack } from '../support/refusals.js';

describe('pinned checkpoints', function () {
  this.timeout(60_000);
  const log = sampleLog();
  const place = new Workplace();
  const at = (name: string) => place.path(name);

  before(() => {
    const files: Readonly<Record<string, string | Uint8Array>> = {
      'trust.json': formatTrustFile(log.trustFile()),
      'receipt.json': canonicalBytes(log.receipt(INDEX.access0, 8)),
      'history.json': canonicalBytes(log.history({ patient: PATIENT }, 8)),
      'checkpoint-8': log.note(8),
      'checkpoint-10': log.note(10),
      'forked-10': sampleLog({ seed: 9 }).note(10),
    };
    for (const [name, content] of Object.entries(files)) writeFileSync(at(name), content);
    for (const name of ['from-8-to-10', 'from-4-to-8', 'from-8-to-10-of-which-a-bit-is-turned']) {
      const vector = `test/vectors/receipts/v1-pins/${name}.consistency.txt`;
      writeFileSync(at(name), readFileSync(vector));
    }
  });
  after(() => place.remove());

  interface Heard {
    readonly status: number;
    readonly rows: readonly {
      readonly verdict?: string;
      readonly checkpoint?: { readonly pinned?: readonly number[] };
      readonly finding?: { readonly code: string };
    }[];
    readonly told: string;
  }

  async function hear(run: (context: CommandContext) => Promise<number>): Promise<Heard> {
    const rows: Heard['rows'][number][] = [];
    const told: string[] = [];
    const status = await run({
      json: true,
      columns: 0,
      stdin: process.stdin,
      data: (line) => void rows.push(JSON.parse(line)),
      tell: (line) => void told.push(line),
      draw: () => {},
    });
    return { status, rows, told: told.join('\n') };
  }

  const pin = (checkpoint: string, trust: string, out: string) =>
    hear((context) => trustPin(at(checkpoint), { trust: at(trust), out: at(out) }, context));
  const check = (file: string, trust: string, consistency: readonly string[], pinned?: true) => {
    const given = { trust: at(trust), consistency: consistency.map(at) };
    const options = pinned === undefined ? given : { ...given, pinned };
    return hear((context) => verify([at(file)], options, context));
  };

  it('are added to a trust file, once, and change its fingerprint', async () => {
    const { status, told } = await pin('checkpoint-10', 'trust.json', 'pinned.json');
    expect(status).to.equal(0);
    const { file, fingerprint } = parseTrustFile(readFileSync(at('pinned.json')));
    const { pinnedCheckpoints = [], ...rest } = file;
    expect(rest).to.deep.equal(log.trustFile());
    const root = Buffer.from(log.writer.rootAt(10)).toString('hex');
    expect(pinnedCheckpoints).to.deep.equal([{ origin: log.origin, size: 10, root }]);
    expect(told).to.include(`pinned: log ${log.origin}, size 10, root `);
    expect(told).to.include(`fingerprint sha256:${fingerprint}`);
    await pin('checkpoint-10', 'pinned.json', 'again.json');
    expect(readFileSync(at('again.json'))).to.deep.equal(readFileSync(at('pinned.json')));
    await pin('checkpoint-8', 'pinned.json', 'both.json');
    const both = parseTrustFile(readFileSync(at('both.json'))).file.pinnedCheckpoints ?? [];
    expect(both.map(({ size }) => size)).to.deep.equal([10, 8]);
  });

  it('are refused when no log of the trust file signed them', async () => {
    const before = readFileSync(at('pinned.json'));
    const faults = {
      'forked-10': 'BAD_FORMAT',
      'trust.json': 'BAD_FORMAT',
      absent: 'FILE_MISSING',
    } as const;
    for (const [name, code] of Object.entries(faults)) {
      await expectCodeAsync(() => pin(name, 'trust.json', 'pinned.json'), code);
    }
    const stranger = sampleLog({ seed: 9, origin: 'hospital-b.example/archive' });
    writeFileSync(at('stranger'), stranger.note(10));
    await expectCodeAsync(() => pin('stranger', 'trust.json', 'pinned.json'), 'BAD_INPUT');
    expect(readFileSync(at('pinned.json'))).to.deep.equal(before);
  });

  it('that contradict one that is pinned are a fork, and nothing is written', async () => {
    const root = '11'.repeat(32);
    const pinnedCheckpoints = [{ origin: log.origin, size: 10, root }];
    writeFileSync(at('other.json'), formatTrustFile(log.trustFile({ pinnedCheckpoints })));
    const { status, rows, told } = await pin('checkpoint-10', 'other.json', 'none.json');
    expect(status).to.equal(1);
    expect(rows[0]?.finding?.code).to.equal('LOG_FORKED');
    expect(told).to.include('LOG_FORKED: ');
    await expectCodeAsync(() => check('receipt.json', 'none.json', []), 'FILE_MISSING');
  });

  it('prove a receipt and a history to which a consistency proof leads', async () => {
    for (const file of ['receipt.json', 'history.json']) {
      const { status, rows, told } = await check(file, 'pinned.json', ['from-8-to-10'], true);
      expect(status, JSON.stringify(rows)).to.equal(0);
      expect(rows[0]?.checkpoint?.pinned).to.deep.equal([10]);
      expect(told).to.equal('');
      const without = await check(file, 'pinned.json', [], true);
      expect([without.status, without.rows[0]?.verdict]).to.deep.equal([2, 'not checked']);
      expect(without.told).to.match(/^hint: .*: chartseal log consistency 8 --size 10$/);
      const unasked = await check(file, 'pinned.json', []);
      expect([unasked.status, unasked.rows[0]?.checkpoint?.pinned]).to.deep.equal([0, []]);
    }
  });

  it('prove nothing by a proof that does not hold', async () => {
    const turned = 'from-8-to-10-of-which-a-bit-is-turned';
    for (const proofs of [[turned], ['from-8-to-10', turned]]) {
      const { status, rows, told } = await check('receipt.json', 'pinned.json', proofs);
      expect([status, rows[0]?.verdict, told]).to.deep.equal([1, 'not proven', '']);
    }
  });

  it('tell which proofs led nowhere', async () => {
    const proofs = ['from-8-to-10', 'from-4-to-8'];
    const { status, told } = await check('receipt.json', 'pinned.json', proofs, true);
    expect(status).to.equal(0);
    expect(told).to.match(
      /^not used: .*from-4-to-8 \(.*, from size 4 to 8\) is between no checkpoint/,
    );
    const unpinned = await check('receipt.json', 'trust.json', ['from-8-to-10']);
    expect(unpinned.status).to.equal(0);
    expect(unpinned.told).to.match(/^not used: /);
  });

  it('are not compared by a file that is no proof: nothing is verified then', async () => {
    const contents: readonly (readonly [
      content: string | Buffer,
      code: 'BAD_FORMAT' | 'BAD_JSON' | 'BAD_INPUT' | 'TOO_LARGE',
    ])[] = [
      ['', 'BAD_FORMAT'],
      [log.note(10), 'BAD_FORMAT'],
      [`old 8\n\n${log.note(10).slice(0, -9)}`, 'BAD_FORMAT'],
      ['{"size1":8', 'BAD_JSON'],
      ['{"size1":8}', 'BAD_FORMAT'],
      [Buffer.from([0xff, 0xfe]), 'BAD_INPUT'],
      [Buffer.alloc(3 * 1024 * 1024, 'a'), 'TOO_LARGE'],
    ];
    for (const [content, code] of contents) {
      writeFileSync(at('wrong'), content);
      await expectCodeAsync(() => check('receipt.json', 'pinned.json', ['wrong']), code);
    }
    await expectCodeAsync(() => check('receipt.json', 'pinned.json', ['absent']), 'FILE_MISSING');
  });

  it('take what the log gives of itself, as text and as JSON', () => {
    const run = (...args: string[]) => {
      const ran = place.run(args);
      expectNoStack(ran);
      return ran;
    };
    run('init', '--data', 'd', '--origin', 'a.example/x', '--org', 'A');
    const sizes = ['one', 'two'].map((name) => {
      writeFileSync(at(name), name);
      expect(run('ingest', name, '--data', 'd', '--receipts', name.toUpperCase()).status).to.equal(
        0,
      );
      const { stdout } = run('log', 'checkpoint', '--data', 'd');
      writeFileSync(at(`saved-${name}`), stdout);
      return stdout.split('\n')[1] ?? '';
    });
    const [older = '', newer = ''] = sizes;
    run('trust', 'export', '--data', 'd', '--out', 'own.json');
    run('trust', 'pin', 'saved-two', '--trust', 'own.json', '--out', 'own.json');
    const proof = ['log', 'consistency', older, '--size', newer, '--data', 'd'];
    writeFileSync(at('proof.txt'), run(...proof).stdout);
    writeFileSync(at('proof.json'), run(...proof, '--json').stdout);
    for (const file of ['proof.txt', 'proof.json']) {
      const given = ['--trust', 'own.json', '--receipt', 'ONE', '--consistency', file, '--pinned'];
      const { status, stdout } = run('verify', 'one', ...given);
      expect(status, stdout).to.equal(0);
      expect(stdout).to.include(`The pinned log of size ${newer} begins with it.`);
    }
  });
});
