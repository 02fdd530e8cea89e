/** A line to a provider. */
import { z } from 'zod';
import { digits, name, secret } from './atoms.js';
import { trunkManners } from './trunk-manners.js';
import { someTime } from './units.js';

export const trunk = z.strictObject({
  name: name.describe('how routes and entries name it'),
  addresses: z.array(z.string()).default([]).describe('source addresses of the provider: IP, CIDR or host name'),
  proxy: z
    .string()
    .describe('where calls to the provider go: sip:HOST[:PORT][;transport=udp|tcp|tls]; without a port by DNS (SRV)'),
  certificate: z
    .array(z.string())
    .min(1)
    .optional()
    .describe(
      "names of which the provider's certificate must prove one: its calls count only over TLS with it, see sip.faces[].tls.clients",
    ),
  domain: z.string().optional().describe('host part of From and of the Request-URI; default: that of the proxy'),
  register: z
    .strictObject({
      username: z.string().describe('account at the provider'),
      password: secret.describe('its password'),
      expires: someTime.prefault('1h').describe('how long a registration is asked for'),
      flows: z
        .array(z.string())
        .max(3)
        .default([])
        .describe(
          'further servers of the provider, written as `proxy`, to be registered at as well, so that calls come while one of them stands (RFC 5626): only where the provider says so',
        ),
    })
    .optional()
    .describe('register at the provider with these credentials'),
  auth: z
    .strictObject({ username: z.string().describe('account'), password: secret.describe('its password') })
    .optional()
    .describe('credentials for calls, where they are not those of `register`'),
  callerId: digits.optional().describe('E.164 number shown on outbound calls, where the handset has none'),
  maxCalls: z
    .number()
    .int()
    .min(1)
    .optional()
    .describe('calls at once through this trunk; default: no limit of its own'),
  tellHold: z
    .boolean()
    .default(false)
    .describe('tell the provider when a handset holds a call, for providers that end calls without sound'),
  ...trunkManners,
});
