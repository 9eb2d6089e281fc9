// A gateway whose systems show certificates, and whose files are put in place as an operator does:
// beside, then renamed.
import { renameSync, writeFileSync } from 'node:fs';
import type { Gateway } from '../../gateway/operation/gateway.js';
import type { CertificateWithKey } from '../../gateway/pki/issue.js';
import { GatewayPlace } from './gateway-place.js';
import { issueTlsCertificate, newTlsAuthority, revocationList } from './tls-certificates.js';

export class TlsPlace {
  readonly #place: GatewayPlace;
  readonly servers: CertificateWithKey;
  readonly clients: CertificateWithKey;
  readonly #gateway: Gateway;

  private constructor(
    place: GatewayPlace,
    authorities: Readonly<Record<'servers' | 'clients', CertificateWithKey>>,
    gateway: Gateway,
  ) {
    this.#place = place;
    this.servers = authorities.servers;
    this.clients = authorities.clients;
    this.#gateway = gateway;
  }

  static async create(): Promise<TlsPlace> {
    const servers = await newTlsAuthority('servers');
    const clients = await newTlsAuthority('clients');
    const own = await issueTlsCertificate(servers, {
      commonNames: ['gateway'],
      addresses: ['127.0.0.1'],
    });
    const place = await GatewayPlace.create();
    const put = (name: string, content: string) => putFile(place, name, content);
    const gateway = await place.open({
      CHARTSEAL_SYSTEMS_PORT: '0',
      CHARTSEAL_SYSTEMS_CERTIFICATE: put('c.pem', own.certificatePem),
      CHARTSEAL_SYSTEMS_KEY: put('k.pem', own.keyPem),
      CHARTSEAL_SYSTEMS_CLIENT_AUTHORITIES: put('clients.pem', clients.certificatePem),
      CHARTSEAL_SYSTEMS_REVOCATION_LIST: put('list.pem', await revocationList(clients, [])),
    });
    return new TlsPlace(place, { servers, clients }, gateway);
  }

  /** Port of the listener of systems. */
  get port(): number {
    return Number(this.#place.url('systems', '/').port);
  }

  /** A new list of these clients, which the gateway has read when this resolves. */
  async revoke(revoked: readonly CertificateWithKey[]): Promise<void> {
    putFile(this.#place, 'list.pem', await revocationList(this.clients, revoked));
    await this.#gateway.reload();
  }

  remove(): Promise<void> {
    return this.#place.remove();
  }
}

function putFile(place: GatewayPlace, name: string, content: string): string {
  writeFileSync(place.path(`${name}.new`), content, { mode: 0o600 });
  renameSync(place.path(`${name}.new`), place.path(name));
  return place.path(name);
}
