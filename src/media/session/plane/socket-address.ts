/** `struct sockaddr_in` and `sockaddr_in6` of Linux, in text form and back. */
import ipaddr from 'ipaddr.js';

const AF_INET = 2;
const AF_INET6 = 10;
const ADDRESS_BYTES = { v4: 16, v6: 28 } as const;
/** 32-bit words of the longer. */
export const ADDRESS_WORDS = ADDRESS_BYTES.v6 / 4;

/** In the words of the machine; undefined where an address is one of neither, or has a zone. */
export function socketAddress(address: string, port: number): Uint32Array | undefined {
  if (!ipaddr.isValid(address) || address.includes('%')) return undefined;
  const bytes = ipaddr.parse(address).toByteArray();
  const result = new Uint32Array(ADDRESS_WORDS);
  const view = new DataView(result.buffer);
  view.setUint16(0, bytes.length === 4 ? AF_INET : AF_INET6, true);
  view.setUint16(2, port);
  bytes.forEach((byte, n) => view.setUint8((bytes.length === 4 ? 4 : 8) + n, byte));
  return result;
}

/**
 * An address that is looked at with every packet, in the words of the machine. IPv4 is told by two of them, so it takes no memory
 * of its own: there are eight of these in a call.
 */
export class KeptAddress {
  #first = 0;
  #second = 0;
  /** All words of an IPv6 address. */
  #six: Uint32Array | undefined;

  keep(words: Uint32Array): void {
    this.#first = word(words, 0);
    this.#second = word(words, 1);
    if (isV4(words)) this.#six = undefined;
    else (this.#six ??= new Uint32Array(ADDRESS_WORDS)).set(words.subarray(0, ADDRESS_WORDS));
  }

  /** Whether it stands in these words; the flow label of IPv6 does not count. */
  is(words: Uint32Array): boolean {
    if (word(words, 0) !== this.#first) return false;
    if (isV4(words)) return word(words, 1) === this.#second;
    const six = this.#six;
    if (!six) return false;
    for (let i = 2; i < ADDRESS_WORDS; i++) if (words[i] !== six[i]) return false;
    return true;
  }

  /** Puts it into these words, and gives how many bytes it takes; 0: none is kept. */
  put(words: Uint32Array): number {
    if (this.#first === 0) return 0;
    if (this.#six) {
      words.set(this.#six);
      return ADDRESS_BYTES.v6;
    }
    words[0] = this.#first;
    words[1] = this.#second;
    words[2] = words[3] = 0;
    return ADDRESS_BYTES.v4;
  }

  forget(): void {
    this.#first = 0;
  }
}

/** As a small integer, which an object holds within itself. */
const word = (words: Uint32Array, at: number): number => (words[at] ?? 0) | 0;
const isV4 = (words: Uint32Array): boolean => ((words[0] ?? 0) & 0xffff) === AF_INET;

/** The address as dgram writes it. */
export function addressText(from: Buffer): string {
  if (from.readUInt16LE(0) === AF_INET) return from.subarray(4, 8).join('.');
  const address = new ipaddr.IPv6([...from.subarray(8, 24)]);
  return address.isIPv4MappedAddress() ? `::ffff:${address.toIPv4Address().toString()}` : address.toString();
}
