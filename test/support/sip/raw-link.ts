/** The two ways by which a scripted peer sends and receives text: a UDP socket, or TCP with connections in both directions. */
import dgram from 'node:dgram';
import net from 'node:net';
import { once } from 'node:events';

/** How to answer a message that came. */
export type Back = (text: string) => void;

export interface RawLink {
  readonly protocol: 'UDP' | 'TCP';
  readonly port: number;
  send(text: string | Buffer, port: number): void;
  close(): Promise<void>;
}

type Receive = (text: string, back: Back) => void;

const HOST = '127.0.0.1';

/** `address`, `port`: the peer's own; port 0 takes a free one. `server`: where it sends. */
export async function udpLink(receive: Receive, address = HOST, port = 0, server = HOST): Promise<RawLink> {
  const socket = dgram.createSocket('udp4');
  socket.bind(port, address);
  await once(socket, 'listening');
  socket.on('message', (bytes, from) =>
    receive(bytes.toString(), (text) => socket.send(text, from.port, from.address)),
  );
  return {
    protocol: 'UDP',
    port: socket.address().port,
    send: (text, to) => socket.send(text, to, server),
    close: async () => {
      socket.close();
      await once(socket, 'close');
    },
  };
}

/** Takes whole messages off the front of a stream. */
function takeMessages(buffer: Buffer, each: (text: string) => void): Buffer {
  for (;;) {
    const end = buffer.indexOf('\r\n\r\n');
    if (end < 0) return buffer;
    const length = Number(/^Content-Length\s*:\s*(\d+)/im.exec(buffer.subarray(0, end).toString())?.[1] ?? 0);
    if (buffer.length < end + 4 + length) return buffer;
    each(buffer.subarray(0, end + 4 + length).toString());
    buffer = buffer.subarray(end + 4 + length);
  }
}

export async function tcpLink(receive: Receive): Promise<RawLink> {
  const open = new Map<number, net.Socket>();
  const adopt = (socket: net.Socket): net.Socket => {
    let buffer: Buffer = Buffer.alloc(0);
    open.set(socket.remotePort ?? 0, socket);
    socket.on('data', (chunk) => {
      buffer = takeMessages(Buffer.concat([buffer, chunk]), (text) => receive(text, (answer) => socket.write(answer)));
    });
    socket.on('error', () => socket.destroy());
    return socket;
  };
  const server = net.createServer(adopt);
  server.listen(0, HOST);
  await once(server, 'listening');
  return {
    protocol: 'TCP',
    port: (server.address() as net.AddressInfo).port,
    send: (text, port) => {
      const socket = open.get(port);
      if (socket) socket.write(text);
      else {
        const fresh = net.connect(port, HOST, () => void fresh.write(text));
        adopt(fresh);
        open.set(port, fresh);
      }
    },
    close: async () => {
      for (const socket of open.values()) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
