/** What watches over the program: figures and health over HTTP, alerts, and how it stops. */
import { z } from 'zod';
import { duration, someTime } from './units.js';

const secret = z.union([z.string().min(1), z.strictObject({ file: z.string() }), z.strictObject({ env: z.string() })]);

export const ops = z.strictObject({
  http: z
    .strictObject({
      address: z.string().default('127.0.0.1').describe('where to listen; leave it on loopback, there is no password'),
      port: z.number().int().min(1).max(65535).describe('e.g. 9100'),
    })
    .optional()
    .describe('figures for Prometheus (/metrics) and health (/healthz, /readyz) over HTTP; default: none'),
  drain: duration
    .prefault('30s')
    .describe('told to stop, take no new calls and let those that run go on for so long, then end them'),
});

export const alerts = z.strictObject({
  mail: z
    .strictObject({
      server: z.string().describe('host and port of the mail server, e.g. mail.example:587'),
      security: z.enum(['starttls', 'tls', 'none']).default('starttls').describe('how the connection is protected'),
      user: z.string().optional().describe('log in as'),
      password: secret.optional().describe('its password'),
      from: z.email().describe('the sender'),
      to: z.array(z.email()).min(1).describe('who is told'),
    })
    .optional()
    .describe('alarms by e-mail; they name trunks and figures, never persons or numbers of callers'),
  webhook: z
    .strictObject({
      url: z.url().describe('where to POST JSON to'),
      secret: secret.optional().describe('signs the body: header X-Halina-Signature, HMAC-SHA256, hex'),
      nearby: z
        .boolean()
        .default(false)
        .describe('the program may be on this machine or at a link-local address; else such addresses are refused'),
    })
    .optional()
    .describe('alarms as JSON to another program'),
  atMost: z.number().int().min(1).max(1000).default(20).describe('messages an hour; what is more is told together'),
  after: someTime.prefault('30s').describe('an alarm that is over before is not told'),
});
