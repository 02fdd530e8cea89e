/** A recorded conversation played again: what the application does, and what the peer on the SIP side. */
import type { Client, Stand } from '../../support/drachtio/stand.js';
import type { TestSrf } from '../../support/drachtio/srf.js';
import type { RawPeer } from '../../support/sip/raw-peer.js';

export interface Play {
  readonly stand: Stand;
  readonly client: Client;
  readonly srf: TestSrf;
  readonly peer: RawPeer;
  /** A second peer. */
  readonly other: RawPeer;
  /** Says by which port of the recording a port of this run is known. */
  readonly known: (port: number, recorded: number) => void;
  /** Waits for a frame of the server that contains this text. */
  readonly served: (text: string) => Promise<unknown>;
}

export interface Scenario {
  /** File in `traces/`, without its ending. */
  readonly file: string;
  readonly run: (play: Play) => Promise<void>;
}

/** The first value that is given to `keep`. */
export function later<T>(): { readonly keep: (value: T) => void; readonly value: Promise<T> } {
  let keep: (value: T) => void = () => {};
  const value = new Promise<T>((resolve) => (keep = resolve));
  return { keep: (given) => keep(given), value };
}
