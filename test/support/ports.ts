/** Ports for tests that must name one before it is taken, or want one at which nobody listens. */
import dgram from 'node:dgram';
import { once } from 'node:events';
import net from 'node:net';

/**
 * Below those that the kernel gives to sockets that ask for none (from 32,768 on), so that no socket that is opened
 * meanwhile has it; and beside the ports of media in tests.
 */
const FIRST = 22_000;
const BLOCKS = 28;
const BLOCK = 250;
const LOOPBACK = '127.0.0.1';

let block: Promise<number> | undefined;
let next = 1;

/**
 * A block of ports that no other process of the tests has: it is held by listening at its first until this one ends.
 * So nobody takes a port between the look whether it is free and its use.
 */
async function holdBlock(): Promise<number> {
  for (let at = process.pid % BLOCKS, tried = 0; tried < BLOCKS; at = (at + 1) % BLOCKS, tried++) {
    const server = net.createServer();
    const port = FIRST + at * BLOCK;
    if (await listens(server, () => server.listen(port, LOOPBACK))) {
      server.unref();
      return port;
    }
  }
  throw new Error(`more than ${BLOCKS} processes of the tests name ports of their own`);
}

/** A port of this address that is free for UDP and TCP, and stays so unless this process names it. */
export async function freePort(address = LOOPBACK): Promise<number> {
  const first = await (block ??= holdBlock());
  for (;;) {
    const port = first + next;
    next = 1 + (next % (BLOCK - 1));
    if ((await isFreeForUdp(port, address)) && (await isFreeForTcp(port, address))) return port;
  }
}

async function isFreeForUdp(port: number, address: string): Promise<boolean> {
  const socket = dgram.createSocket(net.isIPv6(address) ? 'udp6' : 'udp4');
  return (await listens(socket, () => socket.bind(port, address))) && closed(socket);
}

async function isFreeForTcp(port: number, address: string): Promise<boolean> {
  const server = net.createServer();
  return (await listens(server, () => server.listen(port, address))) && closed(server);
}

async function listens(one: dgram.Socket | net.Server, listen: () => void): Promise<boolean> {
  try {
    const listening = once(one, 'listening');
    listen();
    await listening;
    return true;
  } catch (error) {
    if (isTaken(error)) return false;
    throw error;
  }
}

async function closed(one: dgram.Socket | net.Server): Promise<true> {
  const closing = once(one, 'close');
  one.close();
  await closing;
  return true;
}

const isTaken = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
