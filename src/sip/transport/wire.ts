/** What a connection reads from and writes to: a TCP or TLS socket here, a WebSocket in `websocket.ts`. */
import type net from 'node:net';
import { DSCP, setDscp } from '../../base/socket-options.js';
import { StreamParser, type StreamItem } from '../message/stream.js';
import type { Identities } from './types.js';

export interface Wire {
  /** The peer's. */
  readonly address: string;
  readonly port: number;
  readonly localAddress: string;
  /** What the peer proved by a certificate. */
  readonly identities: Identities | undefined;
  /** Whether something can still be sent: not when either side has begun to close. */
  readonly writable: boolean;
  /** Bytes that wait to be taken by the peer. */
  readonly waiting: number;
  /** Cuts what comes into messages. */
  readonly framing: Framing;
  /** To be called once, at the moment that the wire is handed over. */
  listen(onData: (chunk: Buffer) => void, onClosed: (cause?: Error) => void): void;
  write(bytes: Buffer, done: (error?: Error | null) => void): void;
  /** Closes when what was sent before has left. */
  end(): void;
  destroy(): void;
}

/** How messages are found in what a wire brings. */
export interface Framing {
  push(chunk: Buffer): StreamItem[];
  /** A message has begun and not ended. */
  readonly unfinished: boolean;
  /** Nothing more will come that can be read. */
  readonly broken: boolean;
}

/** After this time the kernel asks whether a silent peer is still there. */
const KEEP_ALIVE_MS = 60_000;

/** Options of every socket under a stream. */
export function prepareSocket(socket: net.Socket): void {
  setDscp(socket, DSCP.signalling, socket.remoteAddress?.includes(':') ? 6 : 4);
  socket.setNoDelay(true);
  socket.setKeepAlive(true, KEEP_ALIVE_MS);
}

export function socketWire(socket: net.Socket, identities?: Identities): Wire {
  return {
    address: socket.remoteAddress ?? '',
    port: socket.remotePort ?? 0,
    localAddress: socket.localAddress ?? '',
    identities,
    framing: new StreamParser(),
    get writable() {
      return socket.writable;
    },
    get waiting() {
      return socket.writableLength;
    },
    listen(onData, onClosed) {
      socket.on('data', onData);
      let cause: Error | undefined;
      socket.on('error', (error) => {
        cause = error;
        socket.destroy();
      });
      socket.on('close', () => onClosed(cause));
    },
    write: (bytes, done) => void socket.write(bytes, done),
    end: () => void socket.end(),
    destroy: () => void socket.destroy(),
  };
}
