/** The ports of a face, one for each of its transports, and those of SIP where nobody names one. */
import type { Face, Protocol } from './types.js';

/** The port of SIP where a URI or Via names none: RFC 3261 § 19.1.2; RFC 7118 § 5.2 for WebSocket. */
export function defaultPort(protocol: Protocol): number {
  return { udp: 5060, tcp: 5060, tls: 5061, ws: 80, wss: 443 }[protocol];
}

/** Where a face listens for a protocol. */
export function facePort(face: Pick<Face, 'port' | 'tlsPort' | 'wsPort' | 'wssPort'>, protocol: Protocol): number {
  switch (protocol) {
    case 'udp':
    case 'tcp':
      return face.port;
    case 'tls':
      return face.tlsPort ?? 5061;
    case 'ws':
      return face.wsPort ?? 5066;
    case 'wss':
      return face.wssPort ?? 7443;
  }
}

export function withPort(face: Face, protocol: Protocol, port: number): Face {
  switch (protocol) {
    case 'udp':
    case 'tcp':
      return { ...face, port };
    case 'tls':
      return { ...face, tlsPort: port };
    case 'ws':
      return { ...face, wsPort: port };
    case 'wss':
      return { ...face, wssPort: port };
  }
}
