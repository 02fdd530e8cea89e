/** Settings of the console: the pages in which people work, and the API behind them. */
import { z } from 'zod';
import { someTime } from './units.js';

const tls = z.strictObject({
  certificate: z.string().describe("PEM file with the office's certificate and those that lead to its issuer"),
  key: z.string().describe('PEM file of its private key, without a passphrase'),
});

export const consoleSection = z.strictObject({
  enabled: z.boolean().default(true).describe('whether there is a console'),
  address: z.string().default('127.0.0.1').describe('local IP address to listen on'),
  port: z.number().int().min(0).max(65535).default(8444).describe('port; 0: any that is free'),
  tls: tls
    .optional()
    .describe('HTTPS; without it the console listens on the loopback interface only, for a proxy or a browser there'),
  origin: z
    .string()
    .regex(/^https?:\/\/[^/\s]+$/, 'write it as https://HOST or https://HOST:PORT')
    .optional()
    .describe(
      'address in the browser, where it is another, e.g. https://halina.office.example; default: address and port',
    ),
  proxies: z
    .array(z.string())
    .default([])
    .describe('addresses (IP or CIDR) of proxies whose X-Forwarded-For says where a request comes from'),
  idle: someTime.prefault('20min').describe('who does nothing for so long is logged out'),
  longest: someTime.prefault('10h').describe('everyone is logged out after so long'),
});
export type ConsoleSettings = z.output<typeof consoleSection>;
