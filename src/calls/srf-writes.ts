/**
 * What drachtio-srf writes to the SIP server while one piece of what came from there is dealt with leaves together, by one call
 * to the kernel: it would write each message by itself.
 */
import type { Duplex } from 'node:stream';

export function gatherWrites(socket: Duplex): void {
  socket.prependListener('data', () => {
    socket.cork();
    setImmediate(() => socket.uncork());
  });
}
