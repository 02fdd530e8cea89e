/** Ports for tests that must name one before it is taken, or want one at which nobody listens. */
import dgram from 'node:dgram';
import { once } from 'node:events';
import net from 'node:net';

/**
 * Below those that the kernel gives to sockets that ask for none (from 32,768 on), so that no socket that is opened
 * meanwhile, here or in a suite that runs beside, has it; and beside the ports of media in tests.
 */
const FIRST = 22_000;
const PORTS = 7_000;

/** A port of this address that is free for UDP and TCP, and stays so unless somebody names it. */
export async function freePort(address = '127.0.0.1'): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * PORTS);
    if ((await isFreeForUdp(port, address)) && (await isFreeForTcp(port, address))) return port;
  }
}

async function isFreeForUdp(port: number, address: string): Promise<boolean> {
  const socket = dgram.createSocket(net.isIPv6(address) ? 'udp6' : 'udp4');
  return binds(socket, () => socket.bind(port, address));
}

async function isFreeForTcp(port: number, address: string): Promise<boolean> {
  const server = net.createServer();
  return binds(server, () => server.listen(port, address));
}

/** Whether it could listen; it is closed again. */
async function binds(one: dgram.Socket | net.Server, listen: () => void): Promise<boolean> {
  try {
    const listening = once(one, 'listening');
    listen();
    await listening;
  } catch (error) {
    if (isTaken(error)) return false;
    throw error;
  }
  const closed = once(one, 'close');
  one.close();
  await closed;
  return true;
}

const isTaken = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
