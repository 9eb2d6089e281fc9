import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { MAX_NOTE_BYTES, MAX_NOTE_SIGNATURES } from '../../chaincode/core/limits.js';
import {
  formatVerifierKey,
  noteKeyId,
  parseNote,
  parseVerifierKey,
  signNote,
  verifyNote,
} from '../../chaincode/core/signed-note.js';
import { expectCode } from '../support/expect-code.js';
import { noteKey } from '../support/note-key.js';
import { turnBit } from './mutated-paths.js';
import { hex } from './sample-tree.js';

const name = 'hospital-a.example/archive';
const text = 'If you think cryptography is the answer\n\nto your problem\n';
const key = noteKey(1);
const note = signNote(text, name, key.publicKey, key.sign);
const verify = (candidate: string) => verifyNote(candidate, name, key.publicKey);

/** A signature line of any name, key id and signature. */
const line = (by: string, keyId: Uint8Array, signature: Uint8Array): string =>
  `\u2014 ${by} ${Buffer.concat([keyId, signature]).toString('base64')}\n`;

const keyId = noteKeyId(name, key.publicKey);
const ownLine = line(name, keyId, key.sign(Buffer.from(text)));
const unknownLine = line('witness.example', Uint8Array.of(1, 2, 3, 4), new Uint8Array(72));

describe('signed note', () => {
  it('verifies the example of C2SP under its verifier key', () => {
    const file = join(process.cwd(), 'test/vectors/c2sp-signed-note.json');
    const vector: Record<'name' | 'verifierKey' | 'note', string> = JSON.parse(
      readFileSync(file, 'utf8'),
    );
    const material = Buffer.from(vector.verifierKey.split('+').slice(2).join('+'), 'base64');
    const publicKey = material.subarray(1);
    expect(formatVerifierKey(vector.name, publicKey)).to.equal(vector.verifierKey);
    expect(hex(noteKeyId(vector.name, publicKey))).to.equal('530d903a');
    expect(verifyNote(vector.note, vector.name, publicKey)).to.equal(
      'This is an example message.\n',
    );
  });

  it('is verified by a verifier key that is read exactly as it is written', () => {
    const written = formatVerifierKey(name, key.publicKey);
    const parsed = parseVerifierKey(written);
    expect(parsed.name).to.equal(name);
    expect(hex(parsed.publicKey)).to.equal(hex(key.publicKey));
    const [, id = ''] = written.split('+');
    const material = written.slice(name.length + id.length + 2);
    const ecdsa = Buffer.concat([Uint8Array.of(2), key.publicKey]).toString('base64');
    for (const bad of [
      ...['', name, `${name}+`, `${name}+${id}`, `${name}+${id}+`, `+${id}+${material}`],
      ...[`${name}+${id.toUpperCase()}+${material}`, `${name}+00000000+${material}`],
      ...[`${name}/+${id}+${material}`, `${written}\n`, ` ${written}`, `${written}=`],
      ...[`${name}+${id}+${ecdsa}`, `${name}+${id}+${material.slice(0, -4)}`],
    ]) {
      expectCode(() => parseVerifierKey(bad), 'BAD_FORMAT');
    }
  });

  it('is text, an empty line and a signature line, and gives its text back', () => {
    expect(note).to.equal(`${text}\n${ownLine}`);
    expect(verify(note)).to.equal(text);
    const [signature, ...more] = parseNote(note).signatures;
    expect(more).to.deep.equal([]);
    expect(signature?.name).to.equal(name);
    expect(hex(signature?.keyId ?? new Uint8Array())).to.equal(hex(keyId));
    expect(signature?.signature).to.have.length(64);
  });

  it('holds any clean text that ends in a newline', () => {
    const clean = fc
      .string({ unit: 'binary' })
      // biome keeps control characters out of patterns; this is every one but the newline.
      .map((any) => [...any].filter((one) => one >= ' ' || one === '\n').join(''));
    fc.assert(
      fc.property(clean, (any) => {
        const signed = signNote(`${any}\n`, name, key.publicKey, key.sign);
        expect(verify(signed)).to.equal(`${any}\n`);
      }),
    );
  });

  it('is refused with any bit of its bytes turned', () => {
    const bytes = Buffer.from(note);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const spoilt = Buffer.from(turnBit(bytes, bit));
      const decoded = spoilt.toString('utf8');
      // What is no longer UTF-8 never gets to be a text; its reader refuses it.
      if (!Buffer.from(decoded).equals(spoilt)) continue;
      expectCode(() => verify(decoded), 'BAD_FORMAT');
    }
  });

  it('ignores signatures of keys that it was not asked about', () => {
    const other = noteKey(2);
    const sameName = signNote(text, name, other.publicKey, other.sign).slice(text.length + 1);
    const sameId = line('other.example', keyId, new Uint8Array(64));
    for (const stranger of [unknownLine, sameName, sameId]) {
      expect(verify(`${text}\n${stranger}${ownLine}`)).to.equal(text);
      expect(verify(`${text}\n${ownLine}${stranger}`)).to.equal(text);
      expectCode(() => verify(`${text}\n${stranger}`), 'BAD_FORMAT');
    }
  });

  it('is refused when any signature of the known key fails, also beside a good one', () => {
    const wrong = [
      line(name, keyId, new Uint8Array(64)),
      line(name, keyId, key.sign(Buffer.from('another text\n'))),
      line(name, keyId, key.sign(Buffer.from(text)).subarray(1)),
      line(name, keyId, Uint8Array.of(...key.sign(Buffer.from(text)), 0)),
    ];
    for (const bad of wrong) {
      expectCode(() => verify(`${text}\n${bad}`), 'BAD_FORMAT');
      expectCode(() => verify(`${text}\n${ownLine}${bad}`), 'BAD_FORMAT');
      expectCode(() => verify(`${text}\n${bad}${ownLine}`), 'BAD_FORMAT');
    }
    expect(verify(`${text}\n${ownLine}${ownLine}`)).to.equal(text);
  });

  it('is refused under another name or another key', () => {
    expectCode(() => verifyNote(note, 'hospital-b.example', key.publicKey), 'BAD_FORMAT');
    expectCode(() => verifyNote(note, name, noteKey(2).publicKey), 'BAD_FORMAT');
  });

  it('holds at most as many signatures and bytes as the limits say', () => {
    const most = unknownLine.repeat(MAX_NOTE_SIGNATURES - 1);
    expect(verify(`${text}\n${most}${ownLine}`)).to.equal(text);
    expectCode(() => verify(`${text}\n${most}${unknownLine}${ownLine}`), 'BAD_FORMAT');
    const room = MAX_NOTE_BYTES - Buffer.byteLength(note) + Buffer.byteLength(text);
    const full = `${'a'.repeat(room - 1)}\n`;
    expect(verify(signNote(full, name, key.publicKey, key.sign))).to.equal(full);
    expectCode(() => signNote(`a${full}`, name, key.publicKey, key.sign), 'BAD_INPUT');
    expectCode(() => parseNote(`a${signNote(full, name, key.publicKey, key.sign)}`), 'BAD_FORMAT');
    const wide = `${'\u9662'.repeat(room / 2)}\n`;
    expectCode(() => parseNote(`${wide}\n${ownLine}`), 'BAD_FORMAT');
  });

  it('is refused with malformed lines', () => {
    const id = 'AQIDBAU=';
    for (const bad of [
      '',
      text,
      `${text}\n`,
      `${text}${ownLine}`,
      note.slice(0, -1),
      `${note}\n`,
      `${note}more\n`,
      `${note}more`,
      `${note}${unknownLine}`.slice(0, -1),
      `${text}\n${ownLine}\n${text}`,
      `${text}\n${ownLine.replace('\u2014', '-')}`,
      `${text}\n${ownLine.replace('\u2014', '\u2013')}`,
      `${text}\n${ownLine.replace('\u2014 ', '\u2014')}`,
      `${text}\n${ownLine.replace('\u2014 ', '\u2014  ')}`,
      `${text}\n${ownLine.replace('\u2014 ', '\u2014\u00a0')}`,
      `${text}\n${ownLine} \u2014 w ${id}\n`,
      `${text}\n${ownLine}\u2014 w\n`,
      `${text}\n${ownLine}\u2014 w \n`,
      `${text}\n${ownLine}\u2014  ${id}\n`,
      `${text}\n${ownLine}\u2014 w ${id} \n`,
      `${text}\n${ownLine}\u2014 w ${id} ${id}\n`,
      `${text}\n${ownLine}\u2014 w+x ${id}\n`,
      `${text}\n${ownLine}\u2014 w\u3000x ${id}\n`,
      `${text}\n${ownLine}\u2014 w AQIDBA==\n`,
      `${text}\n${ownLine}\u2014 w AQIDBAV=\n`,
      `${text}\n${ownLine}\u2014 w AQIDBAU\n`,
      `${text}\n${ownLine}\u2014 w AQIDBAU-\n`,
    ]) {
      expectCode(() => verify(bad), 'BAD_FORMAT');
    }
    expect(verify(`${text}\n${ownLine}\u2014 w ${id}\n`)).to.equal(text);
  });

  it('is refused with control characters or half a surrogate pair anywhere', () => {
    for (const bad of ['\0', '\t', '\r', '\x1b', '\x1f', '\ud800', '\udc00', '\udc00\ud800']) {
      const dirty = `a${bad}b\n`;
      expectCode(() => signNote(dirty, name, key.publicKey, key.sign), 'BAD_INPUT');
      expectCode(
        () => verify(`${dirty}\n${line(name, keyId, key.sign(Buffer.from(dirty)))}`),
        'BAD_FORMAT',
      );
      expectCode(() => verify(`${note}\u2014 w${bad}x AQIDBAU=\n`), 'BAD_FORMAT');
    }
  });

  it('is not made for a text, name, key or signer that cannot be right', () => {
    const { publicKey, sign } = key;
    expectCode(() => signNote('', name, publicKey, sign), 'BAD_INPUT');
    expectCode(() => signNote('no newline', name, publicKey, sign), 'BAD_INPUT');
    for (const bad of ['', 'a b', 'a+b', 'a\u00a0b', 'a\nb', 'a\tb', '\ud800']) {
      expectCode(() => signNote(text, bad, publicKey, sign), 'BAD_INPUT');
      expectCode(() => verifyNote(note, bad, publicKey), 'BAD_INPUT');
    }
    expectCode(() => signNote(text, name, publicKey.subarray(1), sign), 'BAD_KEY');
    expectCode(() => verifyNote(note, name, publicKey.subarray(1)), 'BAD_KEY');
    expectCode(() => signNote(text, name, publicKey, noteKey(2).sign), 'BAD_KEY');
    expectCode(() => signNote(text, name, publicKey, () => new Uint8Array(3)), 'BAD_KEY');
  });
});
