/**
 * Sending a datagram by the system call itself, through the C library: what dgram does for each packet beside that call
 * (a request object, its address looked up, its completion) costs a relay a tenth of all its time. Only where the kernel takes the packet
 * at once; whatever else happens is left to dgram. Linux.
 */
import koffi from 'koffi';
import ipaddr from 'ipaddr.js';

const AF_INET = 2;
const AF_INET6 = 10;
const DONT_WAIT = 0x40;

type SendTo = (fd: number, bytes: Uint8Array, length: number, flags: number, to: Buffer, toBytes: number) => number;

let loaded: SendTo | undefined | 'not-yet' = 'not-yet';

function sendTo(): SendTo | undefined {
  if (loaded !== 'not-yet') return loaded;
  try {
    if (process.platform !== 'linux') throw new Error('the numbers here are those of Linux');
    loaded = koffi.load(null).func('long sendto(int, const void *, size_t, int, const void *, uint32_t)') as SendTo;
  } catch {
    loaded = undefined; // Another system or C library: dgram does it.
  }
  return loaded;
}

/** Sends by one socket, mostly to one peer. */
export class DirectSend {
  readonly #send = sendTo();
  #descriptor: number | undefined;
  #port = 0;
  #address = '';
  #to: Buffer | undefined;

  constructor(descriptor: number | undefined) {
    this.#descriptor = descriptor;
  }

  /** False: it was not sent. */
  send(bytes: Uint8Array, port: number, address: string): boolean {
    if (this.#descriptor === undefined || !this.#send) return false;
    if (port !== this.#port || address !== this.#address) {
      this.#port = port;
      this.#address = address;
      this.#to = socketAddress(address, port);
    }
    const to = this.#to;
    if (!to) return false;
    return this.#send(this.#descriptor, bytes, bytes.length, DONT_WAIT, to, to.length) === bytes.length;
  }

  /** The descriptor is another's from now on. */
  close(): void {
    this.#descriptor = undefined;
  }
}

/** struct sockaddr_in or sockaddr_in6; undefined where an address is one of neither, or has a zone. */
function socketAddress(address: string, port: number): Buffer | undefined {
  if (!ipaddr.isValid(address) || address.includes('%')) return undefined;
  const bytes = ipaddr.parse(address).toByteArray();
  const isV4 = bytes.length === 4;
  const result = Buffer.alloc(isV4 ? 16 : 28);
  result.writeUInt16LE(isV4 ? AF_INET : AF_INET6, 0);
  result.writeUInt16BE(port, 2);
  result.set(bytes, isV4 ? 4 : 8);
  return result;
}
