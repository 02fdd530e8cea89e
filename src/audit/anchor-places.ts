/** Places for anchors outside: a file (on another machine's share), a syslog server (RFC 5424 over UDP, RFC 5426, or TCP, RFC 6587). */
import dgram from 'node:dgram';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import net from 'node:net';
import { hostname } from 'node:os';
import type { AnchorPlace } from './anchors.js';

/** Appends to a file, and waits until it is on the medium. */
export function filePlace(path: string): AnchorPlace {
  return {
    name: `file ${path}`,
    async send(line) {
      const file = await open(path, 'a', 0o600);
      try {
        await file.appendFile(line);
        await file.sync();
      } finally {
        await file.close();
      }
    },
  };
}

/** Facility 13 (log audit), severity 5 (notice): RFC 5424 § 6.2.1. */
const PRIORITY = 13 * 8 + 5;
const TCP_PATIENCE_MS = 5_000;

function syslogMessage(line: string, now: Date): string {
  return `<${PRIORITY}>1 ${now.toISOString()} ${hostname()} halina ${process.pid} anchor - ${line.trimEnd()}`;
}

export interface SyslogServer {
  readonly protocol: 'udp' | 'tcp';
  readonly host: string;
  readonly port: number;
}

export function syslogPlace({ protocol, host, port }: SyslogServer, now: () => Date = () => new Date()): AnchorPlace {
  return {
    name: `syslog ${protocol}://${host}:${port}`,
    send: (line) => {
      const message = syslogMessage(line, now());
      return protocol === 'udp' ? sendDatagram(host, port, message) : sendCounted(host, port, message);
    },
  };
}

async function sendDatagram(host: string, port: number, message: string): Promise<void> {
  const socket = dgram.createSocket(net.isIPv6(host) ? 'udp6' : 'udp4');
  try {
    await new Promise<void>((resolve, reject) => {
      socket.on('error', reject);
      socket.send(message, port, host, (error) => (error ? reject(error) : resolve()));
    });
  } finally {
    socket.close();
  }
}

/** One connection a message, its length before it (octet counting, RFC 6587 § 3.4.1). */
async function sendCounted(host: string, port: number, message: string): Promise<void> {
  const socket = net.connect({ host, port });
  socket.setTimeout(TCP_PATIENCE_MS, () => socket.destroy(new Error(`no answer within ${TCP_PATIENCE_MS / 1000} s`)));
  try {
    await once(socket, 'connect');
    socket.end(`${Buffer.byteLength(message)} ${message}`);
    await once(socket, 'finish');
  } finally {
    socket.destroySoon();
  }
}
