import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import * as stateKeys from '../../chaincode/contract/state-keys.js';
import { encodeBase64, encodeHex, utf8 } from '../../chaincode/core/bytes.js';
import { canonicalBytes } from '../../chaincode/core/canonical-json.js';
import { type JsonObject, parseJsonBytes } from '../../chaincode/core/json.js';
import type {
  ChannelTransaction,
  WrittenRow,
} from '../../gateway/services/mirror/channel-block.js';
import { readTestBlocks } from '../support/channel-blocks.js';
import { newRegistration, TestEngine } from '../support/embedded-engine.js';
import { newFolder, ORGANISATIONS } from '../support/embedded-network.js';
import { appendCall, LogWriter, labelOf, type Step } from '../support/log-writer.js';
import { removeTempFolder } from '../support/temp-folder.js';

const ORIGIN = 'hospital-a.example/archive';
const STEPS: readonly Step[] = [{ act: 'access', subject: labelOf('a patient') }];

const spec = readFileSync(join(process.cwd(), 'chaincode/SPEC.md'), 'utf8');
const [, section = ''] = spec.split(/^### 10\.2 .*\n|^## 11\. .*\n/m);

/** Cells of each row of the tables of the section, by the text of the first. */
function cellsOf(start: string): Map<string, readonly string[]> {
  const lines = section.split('\n').filter((line) => line.startsWith(`| \`${start}`));
  const rows = lines.map((line) => line.split('|').slice(1, -1));
  return new Map(
    rows.map(([first = '', ...rest]) => [first.trim().replaceAll('`', ''), rest] as const),
  );
}

/** Names that stand in backquotes: those that must be there, and all. */
function namesIn(text = '') {
  const names = [...text.matchAll(/`([A-Za-z]+)`(\?)?/g)];
  const required = names.filter(([, , optional]) => optional === undefined);
  return { required: required.map(([, name]) => name), all: names.map(([, name]) => name) };
}

const TABLES = ['log/', 'origin/', 'key/', 'owner/', 'head/', 'checkpoint/'];
const ROWS = new Map(TABLES.flatMap((table) => [...cellsOf(table)]));

/** Members of the row under a key, and of an object in it. */
function expectMembers(row: JsonObject, [members = '']: readonly string[], key: string): void {
  const [outer = '', inner] = members.split(/[{}]/);
  const expectNames = (value: object, text: string | undefined) => {
    const { required, all } = namesIn(text);
    expect(all, key).to.include.members(Object.keys(value));
    expect(Object.keys(value), key).to.include.members(required);
  };
  expectNames(row, outer);
  if (row['last'] !== undefined) expectNames(row['last'] as object, inner);
}

describe('chaincode/SPEC.md on requests and state', () => {
  const folder = newFolder();
  const transactions: ChannelTransaction[] = [];
  let logId: string;
  before(async () => {
    const engine = await TestEngine.open(folder, { create: true });
    try {
      logId = await engine.registerLog(ORIGIN);
      const writer = new LogWriter(ORIGIN);
      for (const count of [1, 3]) await engine.append(logId, writer, count);
    } finally {
      await engine.close();
    }
    for (const block of await readTestBlocks(folder)) transactions.push(...block.transactions);
  });
  after(() => removeTempFolder(folder));

  const bodyOf = ({ value }: WrittenRow) => parseJsonBytes(value ?? utf8(''), 'row') as JsonObject;

  /** Keys of the section with what stands in their braces. */
  function keysOf(pattern: string, transaction: ChannelTransaction): readonly string[] {
    const head = transaction.writes.find(({ key }) => key.startsWith('head/'));
    const size = String(head && bodyOf(head)['size']).padStart(16, '0');
    const { noteKey, vrfKey } = JSON.parse(transaction.request) as Record<string, string>;
    const named = pattern
      .replace('{logId}', logId)
      .replace('{origin}', ORIGIN)
      .replace('{mspId}', ORGANISATIONS['hospital-a'])
      .replace('{size}', size);
    if (!named.includes('{publicKey}')) return [named];
    return [noteKey, vrfKey].map((key) =>
      named.replace('{publicKey}', Buffer.from(String(key), 'base64').toString('hex')),
    );
  }

  it('names the rows that each transaction writes, their members, and no more', () => {
    expect(transactions.map(({ name }) => name)).to.deep.equal(['registerLog', 'append', 'append']);
    for (const transaction of transactions) {
      const listed = [...ROWS].filter(([, [, by]]) => by?.includes(`\`${transaction.name}\``));
      const cells = new Map(
        listed.flatMap(([pattern, rest]) =>
          keysOf(pattern, transaction).map((key) => [key, rest] as const),
        ),
      );
      expect(transaction.writes.map(({ key }) => key)).to.have.members([...cells.keys()]);
      for (const written of transaction.writes) {
        const row = bodyOf(written);
        expect(written.value && encodeHex(written.value)).to.equal(encodeHex(canonicalBytes(row)));
        expectMembers(row, cells.get(written.key) ?? [], written.key);
      }
    }
  });

  it('names every key that the contract makes', () => {
    const sample = {
      logKey: ['{logId}'],
      headKey: ['{logId}'],
      checkpointKey: ['{logId}', 12],
      ownerKey: ['{mspId}'],
      originKey: ['{origin}'],
      publicKeyKey: ['{publicKey}'],
    };
    const made = Object.entries(stateKeys).filter(([name]) => name.endsWith('Key'));
    const texts = made.map(([name, make]) => {
      const given = sample[name as keyof typeof sample];
      const { text } = (make as (...values: unknown[]) => { text: string })(...given);
      return text.replace('0000000000000012', '{size}');
    });
    expect(texts).to.have.members([...ROWS.keys()]);
  });

  it('names the members of requests and answers, the transient data and the events', async () => {
    const listed = cellsOf('registerLog').get('registerLog') ?? [];
    const ofAppend = cellsOf('append').get('append') ?? [];
    const origin = 'hospital-a.example/other';
    const asked = newRegistration(origin);
    const call = appendCall('00'.repeat(32), new LogWriter(origin).batch(STEPS));
    expect(Object.keys(JSON.parse(call.json))).to.have.members(namesIn(ofAppend[0]).all);
    expect(Object.keys(call.transient)).to.have.members(namesIn(ofAppend[1]).all);

    const engine = await TestEngine.open(folder);
    try {
      const registered = JSON.parse(await engine.call('submit', 'admin', 'registerLog', asked));
      expect(Object.keys(registered)).to.have.members(namesIn(listed[2]).all);
      const members = [...Object.keys(JSON.parse(asked)), ...namesIn(listed[0]).all];
      expect(Object.keys(registered.registration)).to.have.members(members);
      const { json, transient } = appendCall(registered.logId, new LogWriter(origin).batch(STEPS));
      const appended = JSON.parse(await engine.call('submit', 'writer', 'append', json, transient));
      expect(Object.keys(appended)).to.have.members(namesIn(ofAppend[2]).all);
      // The exact repetition, of which the section says that it needs no transient data.
      expect(JSON.parse(await engine.call('submit', 'writer', 'append', json))).to.deep.equal(
        appended,
      );
    } finally {
      await engine.close();
    }
    expect([listed[1]?.trim(), listed[3]?.trim()]).to.deep.equal(['none', 'none']);
    for (const { name, event, writes } of transactions) {
      const head = writes.find(({ key }) => key.startsWith('head/'));
      const closingLeaf = head && bodyOf(head)['closingLeaf'];
      const given = event && [event.name, encodeBase64(event.payload)];
      const wanted = name === 'append' ? [namesIn(ofAppend[3]).all[0], closingLeaf] : undefined;
      expect(given).to.deep.equal(wanted);
    }
  });
});
