/**
 * Packets come in and go out through this door, so that sessions can be tested without sockets. `udp.ts` is the real
 * one.
 */

/** Called for each datagram; the buffer is the receiver's to keep and to change. */
export type PacketListener = (bytes: Buffer, address: string, port: number) => void;

export interface PacketSocket {
  readonly port: number;
  /**
   * Sends `bytes` from `start` to `end`. True: the buffer is the caller's again; false: the kernel could not take it at
   * once, and it must not be changed any more.
   */
  send(bytes: Uint8Array, start: number, end: number, port: number, address: string): boolean;
  /**
   * Sends a datagram that came in on, and forgets it: the buffer is not ours any more. Cheaper than `send`, as nobody is
   * told whether the kernel took it; the peer's reports say what did not arrive.
   */
  pass(bytes: Uint8Array, start: number, end: number, port: number, address: string): void;
  /**
   * Whether a datagram has come that was not handed over yet; false where that cannot be known. A listener that is told so gets it next,
   * before those of other sockets, where sockets are read by ourselves.
   */
  readonly hasMore: boolean;
  /** How many datagrams of `send` could not be sent so far. */
  readonly sendErrors: number;
  close(): void;
}

export interface PacketIo {
  /** Binds a UDP socket; rejects with the system's error (`EADDRINUSE`…). */
  bind(address: string, port: number, listener: PacketListener): Promise<PacketSocket>;
}
