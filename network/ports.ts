// Ports of a network on loopback: which there are, and whether they are free.
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ChartsealError } from '../chaincode/core/errors.js';
import { caProcess, peerProcess } from './paths.js';
import { type NetworkState, PORT_COUNT } from './state.js';

/** Both, since `localhost` may mean either. */
const LOOPBACKS = ['127.0.0.1', '::1'];
const LEAST = 1024;
const GREATEST = 65_535;
const PATIENCE_MS = 2_000;
const POLL_MS = 50;

export interface WantedPort {
  readonly port: number;
  /** Name of the process. */
  readonly process: string;
}

/** Of orderers, peers and certificate authorities; contracts look after their own. */
export function wantedPorts({ orderers, organisations }: NetworkState): WantedPort[] {
  const of = (process: string, ports: readonly number[]) =>
    ports.map((port) => ({ port, process }));
  return [
    ...orderers.flatMap(({ name, ports }) => of(name, Object.values(ports))),
    ...organisations.flatMap((organisation) => {
      const { peer, peerChaincode, peerOperations, ca, caOperations } = organisation.ports;
      return [
        ...of(peerProcess(organisation), [peer, peerChaincode, peerOperations]),
        ...of(caProcess(organisation), [ca, caOperations]),
      ];
    }),
  ];
}

/** Throws USAGE when the ports from this one on are not all such as anybody may listen on. */
export function checkBasePort(basePort: number): void {
  if (basePort >= LEAST && basePort + PORT_COUNT - 1 <= GREATEST) return;
  const greatest = GREATEST - PORT_COUNT + 1;
  throw new ChartsealError('USAGE', `the base port is from ${LEAST} to ${greatest}`);
}

function canListen(port: number, host: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (cause: NodeJS.ErrnoException) => {
      if (cause.code === 'EADDRINUSE') resolve(false);
      // A machine without IPv6.
      else if (cause.code === 'EADDRNOTAVAIL' || cause.code === 'EAFNOSUPPORT') resolve(true);
      else reject(cause);
    });
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

export async function isFree(port: number): Promise<boolean> {
  for (const host of LOOPBACKS) if (!(await canListen(port, host))) return false;
  return true;
}

/** A process that was killed a moment ago may still hold its ports. */
async function isSoonFree(port: number, until: number): Promise<boolean> {
  while (!(await isFree(port))) {
    if (performance.now() > until) return false;
    await sleep(POLL_MS);
  }
  return true;
}

/** Throws PORT_TAKEN, naming the port and what wants it. */
export async function checkPorts(wanted: readonly WantedPort[]): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  for (const { port, process } of wanted) {
    if (await isSoonFree(port, until)) continue;
    const text = `port ${port}, on which ${process} shall listen, is taken by another program`;
    throw new ChartsealError('PORT_TAKEN', text);
  }
}
