/** The media engine: processes, ports, codecs, and who relays. */
import { z } from 'zod';
import { port } from './atoms.js';
import { codecList } from './codecs.js';
import { duration } from './units.js';

export const media = z.strictObject({
  engines: z.number().int().min(1).max(64).default(1).describe('media processes; calls are shared out among them'),
  ports: z
    .strictObject({ from: port.default(20_000).describe('first'), to: port.default(29_999).describe('last') })
    .prefault({})
    .describe('UDP ports for RTP and RTCP; a call takes four'),
  portDrain: duration.prefault('5s').describe('how long a port stays closed to new calls after its last'),
  plane: z
    .enum(['auto', 'kernel', 'session'])
    .default('auto')
    .describe(
      'who relays sound: the kernel (Linux, at a tenth of the cost) where it can, it or nothing, or sockets alone',
    ),
  codecs: codecList
    .default(['PCMA', 'PCMU', 'G722', 'opus'])
    .describe('voice codecs, the best first: PCMA, PCMU, G722, opus; G.722 and Opus are recorded at 16 kHz'),
  transcodedCalls: z
    .number()
    .int()
    .min(0)
    .max(1000)
    .default(16)
    .describe('calls of a media process whose sides may speak different codecs; about 2 % of a core each'),
  silenceTimeout: duration.prefault('60s').describe('end a call when a side sends no sound for so long; 0s: never'),
  srtpWithoutTls: z
    .boolean()
    .default(false)
    .describe('encrypt sound also where signalling is not encrypted: whoever reads it has the keys'),
});
