/** From the faces of a configuration to those that are listened on: each has one address. */
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { Face } from './types.js';

/** A face as it is configured: one name, and an address or several, of either family. */
export interface ConfiguredFace extends Omit<Face, 'address' | 'externalAddress'> {
  readonly address: string | readonly string[];
  /** At most one of each family. */
  readonly externalAddress?: string | readonly string[] | undefined;
}

const list = (one: string | readonly string[] | undefined): readonly string[] =>
  one === undefined ? [] : typeof one === 'string' ? [one] : one;

/** Addresses as the system writes them, so that they can be compared: `2001:db8::1` for `2001:DB8:0::1`. */
const normal = (address: string): string => (ipaddr.isValid(address) ? ipaddr.parse(address).toString() : address);

/** The addresses of a configured face. */
export const addressesOf = (face: Pick<ConfiguredFace, 'address'>): readonly string[] => list(face.address).map(normal);

/** The first address of a face keeps its name; the others say which they are. */
export function listeningFaces(faces: readonly ConfiguredFace[]): Face[] {
  return faces.flatMap((face) =>
    addressesOf(face).map((address, n) => {
      const externalAddress = list(face.externalAddress)
        .map(normal)
        .find((one) => isIP(one) === isIP(address));
      return { ...face, name: n === 0 ? face.name : `${face.name} ${address}`, address, externalAddress };
    }),
  );
}
