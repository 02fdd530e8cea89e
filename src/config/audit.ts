/** The settings of the audit log. */
import { z } from 'zod';
import { duration, someTime } from './units.js';

const syslog = z
  .string()
  .regex(/^(udp|tcp):\/\/(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+):\d{1,5}$/, 'udp://HOST:PORT or tcp://HOST:PORT');

export const audit = z.strictObject({
  anchorEvery: someTime.prefault('1h').describe('an anchor is made after so long, where something new is on record'),
  anchorEvents: z.number().int().min(1).max(100_000).default(1000).describe('and after so many events'),
  anchorFile: z
    .string()
    .optional()
    .describe('a file on another machine (a mounted share) to which every anchor is appended too'),
  anchorSyslog: syslog
    .optional()
    .describe('a syslog server that is sent every anchor: udp://HOST:PORT or tcp://HOST:PORT'),
  anchorMail: z
    .array(z.email())
    .min(1)
    .optional()
    .describe(
      'who is sent anchors by e-mail, at most one an hour, by the server of alerts.mail: someone outside the office',
    ),
  keepDetails: duration
    .prefault('1825d')
    .describe('how long personal details of events (names, numbers, addresses) are kept; the events stay'),
});
