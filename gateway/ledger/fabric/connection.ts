// One identity at its own organisation's gateway peers: TLS, the fail-over between endpoints, and
// the refusal of an expired certificate before anything is sent (the own peer would take it).
import { X509Certificate } from 'node:crypto';
import { type ChannelOptions, Client, connectivityState, credentials } from '@grpc/grpc-js';
import { connect, type Gateway, GatewayError, hash } from '@hyperledger/fabric-gateway';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { formatTime } from '../../../chaincode/core/time.js';
import { type Deadlines, type FabricProfile, type IdentityMaterial, readRoots } from './profile.js';
import { parseP256Key, signP256 } from './signer.js';

interface Peer {
  readonly endpoint: string;
  readonly client: Client;
  readonly gateway: Gateway;
}

/** A call at one peer. */
export type PeerCall<T> = (gateway: Gateway) => Promise<T>;

const OPTIONS: ChannelOptions = {
  'grpc.max_receive_message_length': -1,
  'grpc.max_send_message_length': -1,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 2_000,
  // Peers end connections that ask more often than once a minute.
  'grpc.keepalive_time_ms': 120_000,
};

function parseCertificate(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw new ChartsealError('IDENTITY_REFUSED', 'the certificate cannot be read', { cause });
  }
}

const deadline = (ms: number) => () => ({ deadline: Date.now() + ms });

function connectGateway(
  client: Client,
  mspId: string,
  { certificatePem, keyPem }: IdentityMaterial,
  deadlines: Deadlines,
): Gateway {
  const key = parseP256Key(keyPem);
  return connect({
    client,
    identity: { mspId, credentials: Buffer.from(certificatePem) },
    signer: async (message) => signP256(key, message),
    hash: hash.none,
    evaluateOptions: deadline(deadlines.evaluate),
    endorseOptions: deadline(deadlines.endorse),
    submitOptions: deadline(deadlines.submit),
    commitStatusOptions: deadline(deadlines.commit),
  });
}

export class FabricConnection {
  readonly profile: FabricProfile;
  readonly #certificate: X509Certificate;
  readonly #peers: readonly Peer[];
  readonly #now: () => number;
  /** Index of the peer that answered last. */
  #current = 0;
  #isClosed = false;

  private constructor(
    profile: FabricProfile,
    certificate: X509Certificate,
    peers: readonly Peer[],
    now: () => number,
  ) {
    this.profile = profile;
    this.#certificate = certificate;
    this.#peers = peers;
    this.#now = now;
  }

  /** Reads what it needs and connects when it is called. Throws IDENTITY_REFUSED and file codes. */
  static async open(
    profile: FabricProfile,
    identity: IdentityMaterial,
    now: () => number = Date.now,
  ): Promise<FabricConnection> {
    const certificate = parseCertificate(identity.certificatePem);
    if (!certificate.checkPrivateKey(parseP256Key(identity.keyPem))) {
      throw new ChartsealError(
        'IDENTITY_REFUSED',
        'the private key is not that of the certificate',
      );
    }
    const roots: Buffer[] = [];
    for (const { tlsRoots } of profile.peers) {
      roots.push(Buffer.from(await readRoots(tlsRoots, 'TLS roots')));
    }
    const peers = profile.peers.map(({ endpoint }, index) => {
      const tls = credentials.createSsl(roots[index] as Buffer);
      const client = new Client(endpoint, tls, OPTIONS);
      const gateway = connectGateway(client, profile.mspId, identity, profile.deadlinesMs);
      return { endpoint, client, gateway };
    });
    return new FabricConnection(profile, certificate, peers, now);
  }

  /** The caller as Fabric serialises it. */
  get certificatePem(): string {
    return this.#certificate.toString();
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Throws LEDGER_UNAVAILABLE when closed, IDENTITY_REFUSED for a certificate not in date. */
  requireUsable(): void {
    if (this.#isClosed) {
      throw new ChartsealError('LEDGER_UNAVAILABLE', 'the connection is closed');
    }
    const now = this.#now();
    const until = Date.parse(this.#certificate.validTo);
    if (now > until) {
      const text = `the certificate ended at ${formatTime(until)}: renew it`;
      throw new ChartsealError('IDENTITY_REFUSED', text);
    }
    const from = Date.parse(this.#certificate.validFrom);
    if (now < from) {
      const text = `the certificate begins at ${formatTime(from)} only: look at this clock`;
      throw new ChartsealError('IDENTITY_REFUSED', text);
    }
  }

  /**
   * Calls one peer after the other until one can be reached. Rejects with the error of the call at
   * the peer that was reached, or of the last one that was not.
   */
  async run<T>(call: PeerCall<T>): Promise<T> {
    this.requireUsable();
    let failure: unknown;
    for (let tried = 0; tried < this.#peers.length; tried++) {
      const index = this.#current;
      const peer = this.#peers[index] as Peer;
      try {
        return await call(peer.gateway);
      } catch (error) {
        failure = error;
        this.#requireOpen(error);
        if (this.#isReached(peer, error)) throw error;
        // Others that waited for the same peer have moved on already.
        if (this.#current === index) this.#current = (index + 1) % this.#peers.length;
      }
    }
    throw failure;
  }

  /** A call at the peer that answers now, and at no other: for what must not be repeated. */
  async runOnce<T>(call: PeerCall<T>): Promise<T> {
    this.requireUsable();
    const index = this.#current;
    const peer = this.#peers[index] as Peer;
    try {
      return await call(peer.gateway);
    } catch (error) {
      this.#requireOpen(error);
      const isLost = !this.#isReached(peer, error);
      if (isLost && this.#current === index) this.#current = (index + 1) % this.#peers.length;
      throw error;
    }
  }

  /** Whether each peer of the profile can be reached within this time. */
  async reach(waitMs: number): Promise<readonly { endpoint: string; isReached: boolean }[]> {
    const deadline = Date.now() + waitMs;
    return Promise.all(
      this.#peers.map(async ({ endpoint, client }) => {
        const isReached = await new Promise<boolean>((resolve) => {
          client.waitForReady(deadline, (error) => resolve(error === undefined));
        });
        return { endpoint, isReached };
      }),
    );
  }

  close(): void {
    this.#isClosed = true;
    for (const { gateway, client } of this.#peers) {
      gateway.close();
      client.close();
    }
  }

  #requireOpen(cause: unknown): void {
    if (!this.#isClosed) return;
    throw new ChartsealError('LEDGER_UNAVAILABLE', 'the connection is closed', { cause });
  }

  /** Whether the peer itself gave this error; a connection that is not up says that it did not. */
  #isReached({ client }: Peer, error: unknown): boolean {
    if (!(error instanceof GatewayError)) return true;
    return client.getChannel().getConnectivityState(false) === connectivityState.READY;
  }
}
