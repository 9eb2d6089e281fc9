import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { encodeHex } from '../../chaincode/core/bytes.js';
import type { JsonObject, JsonValue } from '../../chaincode/core/json.js';
import {
  logIdOf,
  parseRegistration,
  parseRegistrationRequest,
} from '../../chaincode/core/registration.js';
import { expectCode } from '../support/expect-code.js';
import { withMember, without } from './hostile-entries.js';

const key = (byte: number): string => Buffer.alloc(32, byte).toString('base64');

const request: JsonObject = {
  origin: 'hospital-a.example/archive',
  noteKey: key(1),
  vrfKey: key(2),
  recordKeyDigest: '3'.repeat(64),
  recordLabels: 'hmac',
  patientSystems: [
    { system: 'urn:mrn', form: 'upper' },
    { system: 'urn:card', form: 'digits', length: 18 },
  ],
  description: '',
  predecessor: '4'.repeat(64),
};
const registration: JsonObject = { ...request, mspId: 'HospitalAMSP', txId: '5'.repeat(64) };

describe('the registration of a log', () => {
  it('is read as it was asked for, and with owner and transaction', () => {
    expect(parseRegistrationRequest(request)).to.deep.equal(request);
    expect(parseRegistration(registration)).to.deep.equal(registration);
    parseRegistrationRequest(without(request, 'predecessor'));
    parseRegistrationRequest(withMember(request, 'patientSystems', []));
  });

  it('gives the log id: the digest of its canonical JSON', () => {
    const text =
      `{"description":"","mspId":"HospitalAMSP","noteKey":"${key(1)}",` +
      '"origin":"hospital-a.example/archive",' +
      '"patientSystems":[{"form":"upper","system":"urn:mrn"},' +
      '{"form":"digits","length":18,"system":"urn:card"}],' +
      `"predecessor":"${'4'.repeat(64)}","recordKeyDigest":"${'3'.repeat(64)}",` +
      `"recordLabels":"hmac","txId":"${'5'.repeat(64)}","vrfKey":"${key(2)}"}`;
    const digest = createHash('sha256').update(text).digest('hex');
    expect(encodeHex(logIdOf(parseRegistration(registration)))).to.equal(digest);
  });

  const hostile: [string, JsonValue][] = [
    ['no object', []],
    ['an unknown member', withMember(request, 'note', 1)],
    ['owner and transaction in a request', registration],
    ['an origin in upper case', withMember(request, 'origin', 'Hospital')],
    ['an origin with a space', withMember(request, 'origin', 'a b')],
    ['an empty origin', withMember(request, 'origin', '')],
    ['an origin of 256 bytes', withMember(request, 'origin', 'a'.repeat(256))],
    ['a short note key', withMember(request, 'noteKey', 'AAAA')],
    ['a VRF key in hex', withMember(request, 'vrfKey', '2'.repeat(64))],
    ['a record key digest in upper case', withMember(request, 'recordKeyDigest', 'A'.repeat(64))],
    ['unknown record labels', withMember(request, 'recordLabels', 'plain')],
    ['an unknown form', withMember(request, 'patientSystems', [{ system: 'a', form: 'lower' }])],
    ['length 0', withMember(request, 'patientSystems', [{ system: 'a', form: 'text', length: 0 }])],
    [
      'a system twice',
      withMember(request, 'patientSystems', [
        { system: 'a', form: 'text' },
        { system: 'a', form: 'digits' },
      ]),
    ],
    [
      '65 systems',
      withMember(
        request,
        'patientSystems',
        Array.from({ length: 65 }, (_, index) => ({ system: `s${index}`, form: 'text' })),
      ),
    ],
    ['a description of 1001 bytes', withMember(request, 'description', 'x'.repeat(1001))],
    ['an empty predecessor', withMember(request, 'predecessor', '')],
  ];
  for (const [name, value] of hostile) {
    it(`is refused with ${name}`, () => {
      expectCode(() => parseRegistrationRequest(value), 'BAD_INPUT');
    });
  }

  it('is refused without any member that must be there', () => {
    for (const name of Object.keys(request)) {
      if (name === 'predecessor') continue;
      expectCode(() => parseRegistrationRequest(without(request, name)), 'BAD_INPUT');
    }
    expectCode(() => parseRegistration(request), 'BAD_INPUT');
    expectCode(() => parseRegistration(without(registration, 'txId')), 'BAD_INPUT');
  });
});
