/**
 * Whether a datagram waits in a socket that nobody has read yet, which dgram cannot say: asked of the kernel by a look that takes
 * nothing away. Linux.
 */
import koffi from 'koffi';

const PEEK = 0x02;
const DONT_WAIT = 0x40;

type Receive = (fd: number, into: Buffer, length: number, flags: number) => number;

let loaded: Receive | undefined | 'not-yet' = 'not-yet';

function receive(): Receive | undefined {
  if (loaded !== 'not-yet') return loaded;
  try {
    if (process.platform !== 'linux') throw new Error('the numbers here are those of Linux');
    loaded = koffi.load(null).func('long recv(int, void *, size_t, int)') as Receive;
  } catch {
    loaded = undefined; // Another system or C library: then it is not known.
  }
  return loaded;
}

const nothing = Buffer.alloc(1);

/** False where it cannot be known. */
export function hasWaiting(descriptor: number | undefined): boolean {
  const recv = receive();
  return descriptor !== undefined && recv !== undefined && recv(descriptor, nothing, 0, PEEK | DONT_WAIT) >= 0;
}
