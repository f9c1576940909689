import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/**
 * A process of its own, so that it has its own table of files: opens so many connections, keeps them waiting by sending
 * nothing, or a byte a second of a head or of a body, and tells its parent when all are open and when all are closed.
 */
const [port = '', count = '', authorization = ''] = process.argv.slice(2);

const halfHead = 'GET /4/tasks HTTP/1.1\r\nHost: localhost\r\nX-Slow: ';
const halfBody = [
  'POST /4/tasks/gc HTTP/1.1',
  'Host: localhost',
  `Authorization: ${authorization}`,
  'Content-Type: application/json',
  'Content-Length: 100',
  '\r\n',
].join('\r\n');
process.once('disconnect', () => process.exit());

const dripping: Socket[] = [];
const closed: Promise<unknown>[] = [];

// One after the other they would take longer than the first ones are kept, on a busy machine.
const together = 50;

async function open(number: number): Promise<void> {
  const socket = connect(Number(port), '127.0.0.1');
  socket.on('error', () => undefined).resume();
  closed.push(new Promise((resolve) => socket.once('close', resolve)));
  await once(socket, 'connect');
  const beginning = number % 20 === 0 ? halfBody : number % 2 === 0 ? halfHead : '';
  if (beginning === '') return;
  socket.write(beginning);
  dripping.push(socket);
}

for (let first = 0; first < Number(count); first += together) {
  await Promise.all(Array.from({ length: together }, (_, index) => open(first + index)));
}
const drip = setInterval(() => {
  for (const socket of dripping) socket.write('a');
}, 1_000);
process.send?.('open');
await Promise.all(closed);
clearInterval(drip);
process.send?.('closed');
process.disconnect();
