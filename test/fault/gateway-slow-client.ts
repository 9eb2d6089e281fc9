// A program that opens connections by the thousands, as many of PAIRS as it can in OPENING_MS, and
// is slow on all of them, of each pair in its head on one and in its body on the other: PORT TOKEN
// PAIRS. Each batch waits for an answer, so that no more are open than were taken. Writes one line
// of JSON for each moment, until its stdin ends.
import { once } from 'node:events';
import { get } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const [, , port, token, pairs] = process.argv;
const AT_ONCE = 125;
const OPENING_MS = 8000;
const TRICKLE_MS = 2000;
const MOMENT_MS = 250;
const HEAD = 'GET /v1/things/1 HTTP/1.1\r\nHost: a\r\nX: ';
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

async function answered(): Promise<void> {
  const headers = { Authorization: `Bearer ${token}` };
  const request = get({ host: '127.0.0.1', port, path: '/v1/things/1', headers, agent: false });
  const [answer] = await once(request, 'response');
  await once(answer.resume(), 'end');
}

async function main(): Promise<void> {
  const until = Date.now() + OPENING_MS;
  for (let left = Number(pairs); left > 0 && Date.now() < until; left -= AT_ONCE) {
    const some = Array.from({ length: Math.min(left, AT_ONCE) }, () => [add(HEAD), add(BODY)]);
    await Promise.all(some.flat());
    await answered();
  }
  for (let slept = 0; ; slept += MOMENT_MS) {
    process.stdout.write(`${JSON.stringify({ open: open.size, ended })}\n`);
    if (slept % TRICKLE_MS === 0) for (const [socket, byte] of open) socket.write(byte);
    await sleep(MOMENT_MS);
  }
}

process.stdin.resume().once('end', () => process.exit(0));
void main();
