import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readAddress } from '../../gateway/client/address.js';
import { parseOperator } from '../../gateway/client/wire.js';
import { expectCode } from '../support/expect-code.js';

describe('the address of a gateway', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'chartseal-address-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('shows its credentials to no stranger: what --url may be', () => {
    const file = (name: string, content: string) => {
      writeFileSync(join(folder, name), content);
      return join(folder, name);
    };
    const tokenFile = file('token', 'abc.def\n');
    expect(readAddress({ url: 'https://gateway.example', tokenFile })).to.deep.equal({
      url: 'https://gateway.example',
      token: 'abc.def',
    });
    for (const url of [
      'gateway.example',
      'http://gateway.example',
      'ftp://127.0.0.1',
      'https://name:word@gateway.example',
      'https://gateway.example/?a=b',
      'https://gateway.example/#a',
    ]) {
      expectCode(() => readAddress({ url, tokenFile }), 'USAGE');
    }
    const url = 'https://gateway.example';
    const two = file('two', 'a b');
    const pem = file('pem', '-----BEGIN CERTIFICATE-----\n');
    expectCode(() => readAddress({ url, tokenFile: two }), 'USAGE');
    expectCode(() => readAddress({ url, tokenFile: join(folder, 'none') }), 'FILE_MISSING');
    expectCode(() => readAddress({ url, certificate: pem }), 'USAGE');
    expectCode(() => readAddress({ url, key: pem }), 'USAGE');
    expectCode(() => readAddress({ url, authority: two }), 'USAGE');
    expectCode(() => readAddress({ url: 'http://127.0.0.1:1', authority: pem }), 'USAGE');
  });

  it('knows an operator by an account alone', () => {
    expect(parseOperator('cli:%E5%BC%A0')).to.equal('cli:张');
    for (const bad of ['cli:', 'root', 'cli:%00', 'cli:%0A', `cli:${'a'.repeat(65)}`, 'cli:%E5']) {
      expectCode(() => parseOperator(bad), 'BAD_INPUT');
    }
  });
});
