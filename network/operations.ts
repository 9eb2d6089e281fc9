// What processes of Fabric tell about themselves over HTTP on loopback: health, heights, members.
import { readFile } from 'node:fs/promises';
import { get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:tls';
import { ChartsealError } from '../chaincode/core/errors.js';

const ANSWER_MS = 3_000;
const POLL_MS = 50;

interface Answer {
  readonly isOk: boolean;
  readonly text: string;
}

/** undefined when nobody answers in time. On a connection of its own, which ends with it. */
function ask(port: number, path: string): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(ANSWER_MS);
    const call = get({ host: '127.0.0.1', port, path, agent: false, signal }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (piece: string) => {
        text += piece;
      });
      answer.once('error', () => resolve(undefined));
      answer.once('end', () => resolve({ isOk: answer.statusCode === 200, text }));
    });
    // Not up, not up yet or too busy: all the same to those who ask.
    call.once('error', () => resolve(undefined));
  });
}

async function isHealthy(port: number): Promise<boolean> {
  return (await ask(port, '/healthz'))?.isOk === true;
}

/** Where a process tells about itself, and where it serves clients, over TLS of this root. */
export interface Served {
  readonly operationsPort: number;
  readonly port: number;
  readonly tlsRoot: string;
}

/** A port is open before anybody serves it: only the handshake tells. */
async function shakesHands({ port, tlsRoot }: Served): Promise<boolean> {
  const ca = await readFile(tlsRoot);
  return new Promise((resolve) => {
    const socket = connect({ host: 'localhost', port, ca, ALPNProtocols: ['h2', 'http/1.1'] });
    const answer = (isServed: boolean) => {
      socket.destroy();
      resolve(isServed);
    };
    socket.setTimeout(ANSWER_MS, () => answer(false));
    socket.once('secureConnect', () => answer(true));
    socket.once('error', () => answer(false));
  });
}

/** Well, and serving: a peer says that it is well before it knows its own ledgers. */
export async function isServing(served: Served): Promise<boolean> {
  return (await isHealthy(served.operationsPort)) && (await shakesHands(served));
}

/** A gauge of the channel; undefined when the process does not tell it. */
async function channelGauge(
  port: number,
  gauge: string,
  channel: string,
): Promise<number | undefined> {
  const answer = await ask(port, '/metrics');
  if (answer === undefined) return undefined;
  const line = answer.text
    .split('\n')
    .find((text) => text.startsWith(`${gauge}{`) && text.includes(`channel="${channel}"`));
  const value = line === undefined ? Number.NaN : Number(line.slice(line.lastIndexOf(' ') + 1));
  return Number.isFinite(value) ? value : undefined;
}

/** Count of blocks that a peer or an orderer has; undefined when it has not joined the channel. */
export function channelHeight(port: number, channel: string): Promise<number | undefined> {
  return channelGauge(port, 'ledger_blockchain_height', channel);
}

/** How many other peers of the channel a peer knows. */
export async function knownPeers(port: number, channel: string): Promise<number> {
  return (await channelGauge(port, 'gossip_membership_total_peers_known', channel)) ?? 0;
}

/** Whether one of these orderers leads; of Raft only. */
export async function hasLeader(ports: readonly number[], channel: string): Promise<boolean> {
  const told = await Promise.all(
    ports.map((port) => channelGauge(port, 'consensus_etcdraft_is_leader', channel)),
  );
  return told.includes(1);
}

/** Waits until it is so. Throws NETWORK_FAILED. */
export async function waitUntil(
  what: string,
  isSo: () => Promise<boolean>,
  withinMs: number,
): Promise<void> {
  const until = performance.now() + withinMs;
  while (!(await isSo())) {
    if (performance.now() > until) {
      const seconds = Math.ceil(withinMs / 1000);
      throw new ChartsealError('NETWORK_FAILED', `${what}: not so after ${seconds} s`);
    }
    await sleep(POLL_MS);
  }
}
