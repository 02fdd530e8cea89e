/** The SIP server: the addresses that it listens on, certificates, names, and how many calls it takes. */
import { z } from 'zod';
import { name, port, secret } from './atoms.js';
import { codecList } from './codecs.js';
import { duration, someTime } from './units.js';

const tls = z.strictObject({
  certificates: z
    .array(
      z.strictObject({
        certificate: z.string().describe('PEM file, with the certificates of those who signed it below its own'),
        key: z.string().describe('PEM file of its private key, without a passphrase'),
      }),
    )
    .default([])
    .describe(
      'what peers are shown: the first, or the one with the name that they ask for; renewed files are taken up at once. ' +
        'Without any, TLS is only for connections that Halina opens',
    ),
  trusted: z
    .array(z.string())
    .min(1)
    .optional()
    .describe("PEM files of certificates whose signature on a peer's counts; default: the well-known authorities"),
  clients: z
    .enum(['none', 'wanted', 'required'])
    .default('none')
    .describe('whether peers that connect must show a certificate that is good'),
  wildcards: z
    .boolean()
    .default(false)
    .describe('take a certificate for *.example.com as one for sip.example.com, which RFC 5922 does not'),
});

const address = z.string().describe('an IP address');

const face = z.strictObject({
  name: name.describe('how the log names it'),
  address: z
    .union([address, z.array(address).min(1)])
    .describe('local IP address to listen on, or several of them, IPv4 and IPv6'),
  port: port.default(5060).describe('SIP port for UDP and TCP'),
  transports: z
    .array(z.enum(['udp', 'tcp', 'tls', 'ws', 'wss']))
    .min(1)
    .default(['udp', 'tcp'])
    .describe('transports that are listened on; ws and wss are for telephones in browsers'),
  tlsPort: port.default(5061).describe('port for TLS'),
  wsPort: port.default(5066).describe('port for WebSocket without TLS'),
  wssPort: port.default(7443).describe('port for WebSocket with TLS'),
  externalAddress: z
    .union([address, z.array(address).min(1)])
    .optional()
    .describe('address that peers see, where this machine is behind NAT; at most one of each family'),
  tls: tls.optional().describe('certificates, for tls and wss'),
  codecs: codecList.optional().describe('voice codecs of the peers on this face; default: media.codecs'),
  origins: z
    .array(z.string())
    .optional()
    .describe('web pages from which browsers may connect, e.g. https://halina.example; default: from every one'),
});

const dns = z.strictObject({
  servers: z.array(z.string()).optional().describe("DNS servers (IP or IP:port) to ask; default: the system's"),
  longest: someTime.prefault('1h').describe('how long an answer is kept at the most, whatever its own time to live'),
  stale: duration.prefault('24h').describe('how long the last answer is used when DNS gives none'),
});

const server = z.strictObject({
  host: z.string().describe('its address'),
  port: port.describe('its port for applications, usually 9022'),
  secret: secret.describe('what applications must say'),
});

export const sip = z.strictObject({
  faces: z
    .array(face)
    .min(1)
    .prefault([{ name: 'local', address: '127.0.0.1' }])
    .describe(
      'addresses to listen on, e.g. one towards the provider and one towards the handsets; default: 127.0.0.1 alone',
    ),
  server: server.optional().describe('a drachtio-server to use instead of the embedded SIP server'),
  maxCalls: z.number().int().min(1).default(200).describe('calls at once; above it new ones get 503'),
  tcpPeers: z
    .array(z.string())
    .default([])
    .describe('addresses (IP or CIDR) to which requests above 1,300 bytes go over TCP'),
  dns: dns.prefault({}).describe('how names of providers are looked up (RFC 3263)'),
  failover: someTime
    .prefault('5s')
    .describe('how long a server of a provider may say nothing before the next one in DNS is tried'),
  applicationGrace: duration.prefault('30s').describe('how long calls live on when the call application is gone'),
});
