/** Via (RFC 3261 § 20.42; rport: RFC 3581). */
import {
  formatHostPort,
  formatParameters,
  parameter,
  parseHostPort,
  parseInteger,
  parseParameters,
  splitOutside,
  type Parameter,
} from '../grammar.js';
import type { Codec } from './codec.js';

/** One Via value. */
export interface Via {
  /** `UDP`, `TCP`, `TLS`, `WS`, `WSS` and others, in capitals. */
  readonly transport: string;
  /** sent-by; IPv6 without brackets. */
  readonly host: string;
  readonly port: number | undefined;
  readonly parameters: readonly Parameter[];
}

const SENT = /^SIP\s*\/\s*2\.0\s*\/\s*([A-Za-z0-9\-.!%*_+`'~]+)\s+(\S.*)$/i;

export function parseVia(value: string): Via | undefined {
  const [sent = '', ...rest] = splitOutside(value, ';') ?? [];
  const match = SENT.exec(sent);
  const where = match?.[2] === undefined ? undefined : parseHostPort(match[2]);
  const parameters = parseParameters(rest);
  if (!match?.[1] || !where || !parameters) return undefined;
  const { host, port } = where;
  return { transport: match[1].toUpperCase(), host, port, parameters };
}

/** Whether a Via says at least who sent it, whatever is wrong with its version or parameters: enough for a refusal. */
export function namesSender(value: string): boolean {
  const sent = /^SIP\s*\/[^/;,]*\/\s*[^/;,\s]+\s+([^;,]+)/i.exec(value);
  return sent?.[1] !== undefined && parseHostPort(sent[1].trim()) !== undefined;
}

export function formatVia(via: Via): string {
  return `SIP/2.0/${via.transport} ${formatHostPort(via.host, via.port)}${formatParameters(via.parameters)}`;
}

export function viaParameter(via: Via, name: string): string | undefined {
  return parameter(via.parameters, name);
}

/** What a Via says about the way back (§ 18.2.2, RFC 3581 § 4). Parameters that cannot be meant are left out. */
export interface ViaRoute {
  readonly branch: string | undefined;
  readonly received: string | undefined;
  /** A port, or `requested` by a parameter without value. */
  readonly rport: number | 'requested' | undefined;
  readonly maddr: string | undefined;
  readonly ttl: number | undefined;
}

export function viaRoute(via: Via): ViaRoute {
  const value = (name: string): string | undefined => viaParameter(via, name) || undefined;
  const address = (name: string): string | undefined => {
    const host = value(name);
    // RFC 5118 § 4.5: brackets are seen around an IPv6 address here too.
    return host === undefined
      ? undefined
      : (parseHostPort(host.includes(':') ? unbracketed(host) : host)?.host ?? undefined);
  };
  const rport = viaParameter(via, 'rport');
  return {
    branch: value('branch'),
    received: address('received'),
    rport: rport === '' ? 'requested' : parseInteger(rport ?? '', 65_535) || undefined,
    maddr: address('maddr'),
    ttl: parseInteger(value('ttl') ?? '', 255),
  };
}

const unbracketed = (host: string): string => (host.startsWith('[') ? host : `[${host}]`);

export const via: Codec<Via> = { parse: parseVia, format: formatVia };
