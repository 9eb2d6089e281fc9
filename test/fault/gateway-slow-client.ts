// A program that opens connections by the thousands and is slow on all of them:
// PORT TOKEN HEADS BODIES. Writes one line of JSON for each moment, until its stdin ends.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const [, , port, token, heads, bodies] = process.argv;
const AT_ONCE = 250;
const TRICKLE_MS = 500;
const BODY =
  `POST /v1/things HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${token}\r\n` +
  'Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n{"name":"';

const open = new Map<Socket, string>();
/** By status; 0 for connections that ended without an answer. */
const ended: Record<number, number> = {};

async function add(head: string): Promise<void> {
  const socket = connect({ port: Number(port), host: '127.0.0.1' });
  let received = '';
  socket.setEncoding('latin1');
  socket.on('data', (piece: string) => {
    received += piece;
  });
  // How a connection ends is told by what came before.
  socket.on('error', () => socket.destroy());
  socket.once('close', () => {
    const status = Number(/^HTTP\/1\.1 ([0-9]{3})/.exec(received)?.[1] ?? 0);
    ended[status] = (ended[status] ?? 0) + 1;
    open.delete(socket);
  });
  await Promise.race([once(socket, 'connect'), once(socket, 'close')]);
  open.set(socket, 'a');
  socket.write(head);
}

async function main(): Promise<void> {
  const all = [
    ...Array<string>(Number(heads)).fill('GET /v1/things/1 HTTP/1.1\r\nHost: a\r\nX: '),
    ...Array<string>(Number(bodies)).fill(BODY),
  ];
  while (all.length > 0) await Promise.all(all.splice(-AT_ONCE).map(add));
  for (;;) {
    process.stdout.write(`${JSON.stringify({ open: open.size, ended })}\n`);
    for (const [socket, byte] of open) socket.write(byte);
    await sleep(TRICKLE_MS);
  }
}

process.stdin.resume().once('end', () => process.exit(0));
void main();
