// A hospital in a temporary folder, for tests: a real embedded ledger, a real store, fixed keys.
import { createPrivateKey, createPublicKey, randomBytes, sign } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeBase64, encodeHex } from '../../chaincode/core/bytes.js';
import { sha256 } from '../../chaincode/core/hash.js';
import type { RegistrationRequest } from '../../chaincode/core/registration.js';
import { vrfPublicKey } from '../../chaincode/core/vrf.js';
import {
  type EmbeddedNetwork,
  openEmbeddedNetwork,
} from '../../gateway/ledger/embedded/embedded-network.js';
import type { Ledger } from '../../gateway/ledger/ledger.js';
import { LogLedger, registerLog } from '../../gateway/ledger/log-ledger.js';
import { createCertificateAuthority, issueCertificate } from '../../gateway/pki/issue.js';
import type { LogContext, LogSecrets } from '../../gateway/services/log-context.js';
import { Sequencer } from '../../gateway/services/sequencer/sequencer.js';
import type { SequencerOptions } from '../../gateway/services/sequencer/sequencer-options.js';
import type { AccessSubmission, RecordSubmission } from '../../gateway/services/submission.js';
import { createStore, openStore, type Store } from '../../gateway/store/store.js';

const MSP = 'HospitalMSP';
export const BY = { id: 'operator-1', mspId: MSP };

function ed25519(seed: Uint8Array): {
  publicKey: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
} {
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  return { publicKey: spki.subarray(-32), sign: (message) => sign(null, message, key) };
}

function newSecrets(): LogSecrets {
  const note = ed25519(randomBytes(32));
  return {
    vrfKey: randomBytes(32),
    recordKey: randomBytes(32),
    pseudonymKey: randomBytes(32),
    notePublicKey: note.publicKey,
    signNote: note.sign,
  };
}

function registrationRequest(secrets: LogSecrets): RegistrationRequest {
  return {
    origin: 'hospital-a.example/archive',
    noteKey: encodeBase64(secrets.notePublicKey),
    vrfKey: encodeBase64(vrfPublicKey(secrets.vrfKey)),
    recordKeyDigest: encodeHex(sha256(secrets.recordKey)),
    recordLabels: 'hmac',
    patientSystems: [],
    description: 'test',
  };
}

/** What stands on disk and in keys, while processes come and go. */
export class TestHospital {
  readonly folder: string;
  readonly context: LogContext;
  readonly #identity: { roots: string[]; certificatePem: string };

  private constructor(
    folder: string,
    context: LogContext,
    identity: { roots: string[]; certificatePem: string },
  ) {
    this.folder = folder;
    this.context = context;
    this.#identity = identity;
  }

  static async create(): Promise<TestHospital> {
    const folder = await mkdtemp(join(tmpdir(), 'chartseal-hospital-'));
    const ca = await createCertificateAuthority({ mspId: MSP, commonName: 'ca' });
    const issue = async (role: string) =>
      (await issueCertificate(ca, { commonName: role, role, days: 30 })).certificatePem;
    const secrets = newSecrets();
    const roots = [ca.certificatePem];
    await mkdir(join(folder, 'copies'));
    const network = await openEmbeddedNetwork({
      ...TestHospital.#ledgerOptions(folder, roots),
      create: true,
    });
    const admin = await network.connect({ mspId: MSP, certificatePem: await issue('admin') });
    const { logId, registration } = await registerLog(admin, registrationRequest(secrets));
    await network.close();
    await createStore(join(folder, 'store'), logId);
    const context = { logId, registration, secrets };
    return new TestHospital(folder, context, { roots, certificatePem: await issue('writer') });
  }

  static #ledgerOptions(folder: string, roots: string[]) {
    return {
      folder: join(folder, 'ledger'),
      channel: 'chartseal',
      msps: [{ mspId: MSP, roots }],
      checkpointFile: join(folder, 'checkpoint'),
    };
  }

  /** One process of the hospital. */
  async open(options: Partial<SequencerOptions> = {}): Promise<TestProcess> {
    const { roots, certificatePem } = this.#identity;
    const network = await openEmbeddedNetwork(TestHospital.#ledgerOptions(this.folder, roots));
    const signer = { sign: (message: Uint8Array) => this.context.secrets.signNote(message) };
    const ledger = await network.connect({ mspId: MSP, certificatePem, signer });
    const store = await openStore(join(this.folder, 'store'), this.context.logId);
    const log = new LogLedger(ledger, this.context.logId);
    const rest = { store, ledger: log, context: this.context, by: BY };
    try {
      const sequencer = await Sequencer.open({ ...rest, intervalMs: 2, ...options });
      return new TestProcess(network, ledger, log, store, sequencer);
    } catch (error) {
      await store.close();
      await network.close();
      throw error;
    }
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true });
  }
}

export class TestProcess {
  readonly network: EmbeddedNetwork;
  readonly ledger: Ledger;
  readonly log: LogLedger;
  readonly store: Store;
  readonly sequencer: Sequencer;

  constructor(
    network: EmbeddedNetwork,
    ledger: Ledger,
    log: LogLedger,
    store: Store,
    sequencer: Sequencer,
  ) {
    this.network = network;
    this.ledger = ledger;
    this.log = log;
    this.store = store;
    this.sequencer = sequencer;
  }

  async close(): Promise<void> {
    await this.sequencer.close();
    await this.store.close();
    await this.network.close();
  }
}

/** An access event; `changes` replaces members. */
export function accessSubmission(
  value: string,
  requestId: string,
  changes: Partial<AccessSubmission> = {},
): AccessSubmission {
  return {
    patient: { system: 'urn:hospital-a', value },
    occurredAt: '2026-11-01T08:00:00.000Z',
    action: 'R',
    outcome: 'success',
    actor: { id: 'dr-1', name: '张医师' },
    role: 'physician',
    organisation: 'hospital-a',
    unit: 'ward 3',
    purpose: 'TREAT',
    breakGlass: false,
    records: [],
    category: 'inpatient',
    source: { system: 'emr', requestId },
    ...changes,
  };
}

export function recordSubmission(id: string, version: number, content: string): RecordSubmission {
  return {
    act: version === 1 ? 'archive' : 'amend',
    record: {
      id,
      version,
      digests: { 'sha-256': encodeHex(sha256(Buffer.from(content))) },
      size: Buffer.byteLength(content),
      mediaType: 'text/plain',
      category: 'inpatient',
      name: id,
    },
  };
}
