/**
 * The way to a peer: the face, and the address that the peer is told. It is the same for every message of every call with
 * that peer, and finding it reads all networks of this machine, so what was found is kept until the networks are read anew.
 */
import type { Clock } from '../../base/clock.js';
import { advertisedAddress, advertisedAddresses, chooseFace, ownNetworks, type Networks } from './faces.js';
import type { Destination, Face } from './types.js';

export interface Way {
  readonly face: Face;
  /** The address of ours that the peer is told. */
  readonly advertised: string;
}

/** Milliseconds for which the list of this machine's networks is kept, and what follows from it. */
const KEPT_MS = 10_000;
/** Peers that are kept; strangers with ever new addresses must not fill the memory. */
const KEPT_MAX = 4_096;

export class Ways {
  readonly #faces: readonly Face[];
  readonly #clock: Clock;
  readonly #networks: Networks;
  #own: readonly string[] = [];
  #ours: ReadonlySet<string> = new Set();
  #readAt = -Infinity;
  readonly #kept = new Map<string, Way | undefined>();

  constructor(faces: readonly Face[], clock: Clock, networks: Networks = ownNetworks) {
    this.#faces = faces;
    this.#clock = clock;
    this.#networks = networks;
  }

  /** Undefined where no face has the protocol and the address family, and for what is no address. */
  to(destination: Omit<Destination, 'port'>): Way | undefined {
    this.#refresh();
    const key = `${destination.protocol} ${destination.address} ${destination.face ?? ''}`;
    const kept = this.#kept.get(key);
    if (kept || this.#kept.has(key)) return kept;
    const face = chooseFace(this.#faces, { ...destination, port: 0 }, this.#own);
    const way = face && { face, advertised: advertisedAddress(face, destination.address, this.#own) };
    if (this.#kept.size >= KEPT_MAX) this.#kept.clear();
    this.#kept.set(key, way);
    return way;
  }

  /** Whether it is an address that we may have told a peer. */
  isOurs(address: string): boolean {
    this.#refresh();
    return this.#ours.has(address);
  }

  #refresh(): void {
    const now = this.#clock.monotonic();
    if (now - this.#readAt <= KEPT_MS) return;
    this.#readAt = now;
    this.#own = this.#networks();
    this.#ours = advertisedAddresses(this.#faces, this.#own);
    this.#kept.clear();
  }
}
