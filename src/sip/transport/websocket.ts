/**
 * SIP over WebSocket (RFC 7118), with TLS (`wss`) or without (`ws`): each message of the WebSocket is one of SIP. Only peers
 * open such connections: a browser cannot be called but by the one that it has open.
 */
import { isUtf8 } from 'node:buffer';
import http from 'node:http';
import type net from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { LIMITS, isKeepAlive, parseMessage } from '../message/parse.js';
import type { StreamItem } from '../message/stream.js';
import { identitiesOf } from './identity.js';
import type { Refused, StreamKind } from './streams.js';
import type { TlsKind } from './tls.js';
import type { Identities } from './types.js';
import type { Framing, Wire } from './wire.js';

/** The name of SIP among the protocols on WebSocket (RFC 7118 § 10.1). */
const SUBPROTOCOL = 'sip';
/** The code that a server gives when it goes away (RFC 6455 § 7.4.1). */
const GOING_AWAY = 1001;

interface Waiting {
  readonly ready: (wire: Wire) => void;
  readonly refused: Refused;
}

export class WebSocketKind implements StreamKind {
  readonly protocol: 'ws' | 'wss';
  readonly #http = http.createServer((_request, response) => {
    response.writeHead(426, { Upgrade: 'websocket', Connection: 'close' }).end('SIP over WebSocket\n');
  });
  readonly #websockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: LIMITS.head + LIMITS.body,
    handleProtocols: () => SUBPROTOCOL,
  });
  readonly #waiting = new WeakMap<object, Waiting>();

  /**
   * @param tls for `wss`
   * @param origins web pages from which browsers may come, in small letters; undefined: from every one
   */
  constructor(
    private readonly tls: TlsKind | undefined,
    private readonly origins: readonly string[] | undefined,
  ) {
    this.protocol = tls ? 'wss' : 'ws';
    this.#http.on('upgrade', (request, socket, head) => this.#upgrade(request, socket as net.Socket, head));
    this.#http.on('clientError', (error, socket) => {
      this.#waiting.get(socket)?.refused(`no WebSocket: ${error.message}`);
      socket.destroy();
    });
  }

  accept(socket: net.Socket, ready: (wire: Wire) => void, refused: Refused): void {
    const take = (carrier: net.Socket): void => {
      this.#waiting.set(carrier, { ready, refused });
      this.#http.emit('connection', carrier);
    };
    if (this.tls) this.tls.secure(socket, take, refused);
    else take(socket);
  }

  #upgrade(request: http.IncomingMessage, socket: net.Socket, head: Buffer): void {
    const waiting = this.#waiting.get(socket);
    if (!waiting) return void socket.destroy();
    const { origin, 'sec-websocket-protocol': protocols = '' } = request.headers;
    if (!protocols.split(',').some((one) => one.trim() === SUBPROTOCOL))
      return refuse(socket, 400, waiting, 'it does not ask for the sub-protocol sip (RFC 7118 § 4)');
    // What is no browser sends none, and could send any.
    if (origin !== undefined && this.origins && !this.origins.includes(origin.toLowerCase()))
      return refuse(socket, 403, waiting, `the web page ${origin} is not among sip.faces[].origins`);
    this.#websockets.handleUpgrade(request, socket, head, (websocket) => {
      waiting.ready(webSocketWire(websocket, socket, certificateOf(socket)));
    });
  }
}

function certificateOf(socket: net.Socket): Identities | undefined {
  if (!('authorized' in socket) || socket.authorized !== true) return undefined;
  const certificate = (socket as unknown as import('node:tls').TLSSocket).getPeerX509Certificate();
  return certificate && identitiesOf(certificate);
}

function refuse(socket: net.Socket, status: number, { refused }: Waiting, why: string): void {
  socket.end(`HTTP/1.1 ${status} ${http.STATUS_CODES[status] ?? ''}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  refused(why);
}

/** Each message of the WebSocket is whole. Browsers' libraries send empty lines as pings, as on streams. */
class MessageFraming implements Framing {
  readonly unfinished = false;
  readonly broken = false;

  push(message: Buffer): StreamItem[] {
    if (!isKeepAlive(message)) return [parseMessage(message)];
    return message.length > 2 ? [{ kind: 'ping' }] : [];
  }
}

function webSocketWire(websocket: WebSocket, socket: net.Socket, identities: Identities | undefined): Wire {
  return {
    address: socket.remoteAddress ?? '',
    port: socket.remotePort ?? 0,
    localAddress: socket.localAddress ?? '',
    identities,
    framing: new MessageFraming(),
    get writable() {
      return websocket.readyState === WebSocket.OPEN;
    },
    get waiting() {
      return websocket.bufferedAmount;
    },
    listen(onData, onClosed) {
      websocket.on('message', (data) => {
        // A Buffer, as no other binaryType is set; an array of them does not occur with it.
        if (Buffer.isBuffer(data)) onData(data);
      });
      let cause: Error | undefined;
      websocket.on('error', (error) => {
        cause = error;
        websocket.terminate();
      });
      websocket.on('close', () => onClosed(cause));
    },
    // § 4.2: text where it is text, as browsers like it.
    write: (bytes, done) => websocket.send(bytes, { binary: !isUtf8(bytes) }, done),
    end: () => websocket.close(GOING_AWAY),
    destroy: () => websocket.terminate(),
  };
}
