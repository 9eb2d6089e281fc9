// Who of a channel can be reached from here, and how many orderers it takes to go on.
import { connect } from 'node:net';
import type { ChannelConfig } from './channel-config.js';

/** Whether something takes connections there. @param endpoint `host:port` */
export function canConnect(endpoint: string, waitMs: number): Promise<boolean> {
  const [host = '', port = ''] = endpoint.split(':');
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(port), timeout: waitMs });
    const end = (isUp: boolean) => {
      socket.destroy();
      resolve(isUp);
    };
    socket.once('connect', () => end(true));
    socket.once('timeout', () => end(false));
    socket.once('error', () => end(false));
  });
}

/** How many orderers must agree on a block. */
export function orderersNeeded({ orderers, ordering }: ChannelConfig): number {
  const { length } = orderers;
  if (ordering === 'raft') return Math.floor(length / 2) + 1;
  return Math.ceil((length + Math.floor((length - 1) / 3) + 1) / 2);
}
