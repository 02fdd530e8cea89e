/** Settings by which handsets fetch their own configuration. */
import { z } from 'zod';

const secret = z.union([
  z.string().min(1),
  z.strictObject({ file: z.string() }).describe('a file whose first line is the secret'),
  z.strictObject({ env: z.string() }).describe('an environment variable that holds it'),
]);

export const makers = ['yealink', 'grandstream', 'snom', 'fanvil', 'linphone'] as const;

export const device = z.strictObject({
  maker: z.enum(makers).describe('whose telephone it is; linphone: the program, by QR code'),
  mac: z
    .string()
    .regex(/^[0-9A-Fa-f]{2}([:-]?[0-9A-Fa-f]{2}){5}$/, 'write it as on the label, e.g. "80:5E:C0:12:34:56"')
    .optional()
    .describe('MAC address on its label; not for linphone'),
  secret: secret.describe('part of the address from which it fetches its configuration, 20 characters or more'),
});

export const provisioning = z.strictObject({
  address: z.string().default('0.0.0.0').describe('local IP address to listen on'),
  port: z.number().int().min(1).max(65535).default(8443).describe('HTTPS port'),
  certificate: z.string().describe("file with the office's certificate and those that lead to its issuer (PEM)"),
  key: z.string().describe('file with its private key (PEM)'),
  clientCertificates: z
    .string()
    .optional()
    .describe("file with the telephone makers' root certificates: then a telephone is also known by its own (PEM)"),
  host: z.string().describe('the name in the certificate, by which handsets reach this machine'),
  registrar: z.string().optional().describe('address at which handsets register; default: `host`'),
  registrarPort: z.number().int().min(1).max(65535).default(5060).describe('port at which handsets register'),
  transport: z.enum(['udp', 'tcp', 'tls']).default('udp').describe('how handsets speak SIP'),
  adminPassword: secret.describe("the telephones' own administrator password, set in each"),
});
