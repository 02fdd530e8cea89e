/**
 * What drachtio-srf writes to the SIP server within one turn of the event loop leaves together, by one call to the kernel: it
 * would write each message by itself, and wake the server for it.
 */
import type { Duplex } from 'node:stream';

export function gatherWrites(socket: Duplex): void {
  const write = socket.write.bind(socket) as (...what: unknown[]) => boolean;
  let isGathering = false;
  socket.write = (...what: unknown[]): boolean => {
    if (!isGathering) {
      isGathering = true;
      socket.cork();
      setImmediate(() => {
        isGathering = false;
        socket.uncork();
      });
    }
    return write(...what);
  };
}
