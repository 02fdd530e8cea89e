/** A telephone of the office, and what every one of them can do with a call. */
import { z } from 'zod';
import { digits, extension, name, secret } from './atoms.js';
import { forward } from './office.js';
import { device } from './provisioning.js';
import { srtpPolicy } from './srtp.js';
import { someTime } from './units.js';

export const handset = z.strictObject({
  extension: extension.describe('its number within the office, and its user name'),
  password: secret.describe('its password'),
  displayName: z.string().optional().describe('name of the employee or the desk'),
  unit: z.string().min(1).max(80).optional().describe('the unit of the office that it belongs to'),
  callerId: digits.optional().describe('E.164 number shown on outbound calls from this handset'),
  external: z.boolean().default(true).describe('may call outside; emergency numbers it may always'),
  class: name.default('standard').describe('what it may call outside: a class of outbound.classes'),
  withhold: z.boolean().default(false).describe('its number is never shown outside but on emergency calls'),
  pickUpGroup: name
    .optional()
    .describe('handsets with the same one pick up calls for one another; those without are one group'),
  device: device.optional().describe('the telephone itself, if it fetches its configuration from here'),
  forward: forward.prefault({}).describe('where its calls go instead; the handset may say otherwise by code'),
  forwardAfter: someTime.prefault('20s').describe('how long it rings before forward.noAnswer'),
  srtp: srtpPolicy
    .default('allow')
    .describe(
      'encrypted sound: never, where the handset can, only so (both by keys in signalling over TLS, or DTLS-SRTP if it asks), or by DTLS-SRTP alone; a telephone in a browser (ws, wss) always gets DTLS-SRTP',
    ),
});

const code = z.string().regex(/^[*#][0-9*#]{1,5}$/, 'a code begins with * or #, in quotes');

export const features = z.strictObject({
  pickUp: code
    .default('*8')
    .describe('takes a call that rings at another handset; with an extension after it, at that one'),
  park: z
    .strictObject({
      code: code
        .default('*6')
        .describe('with the number of an orbit after it: transfer a call there, or dial it to get one'),
      orbits: z.number().int().min(0).max(99).default(9).describe('how many orbits there are; 0: no parking'),
      timeout: someTime.prefault('120s').describe('a parked call goes back to who parked it after so long'),
    })
    .prefault({})
    .describe('parking calls, to be taken up at any handset'),
  transfer: z
    .strictObject({
      ring: someTime
        .prefault('30s')
        .describe('how long who a call is sent to is rung, before it goes back to the sender'),
      returnRing: someTime.prefault('60s').describe('how long the sender is rung then'),
    })
    .prefault({})
    .describe('sending calls on'),
  holdMusic: z
    .boolean()
    .default(true)
    .describe('play the prompt `music`, if there is one, to whoever a handset puts on hold'),
});
