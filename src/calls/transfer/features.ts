/** Codes that handsets dial in place of a number. */
import type { Config } from '../../config/schema.js';
import { dialledKeys } from '../numbers.js';

export type Feature =
  /** Takes a call that rings at another handset: at this one, or at any. */
  | { readonly kind: 'pick-up'; readonly extension: string | undefined }
  /** Takes the call in this orbit; as the target of a transfer it parks one there. */
  | { readonly kind: 'park'; readonly orbit: string };

/** What a dialled URI, or its user part, means as a code. */
export function readFeature(features: Config['features'], dialled: string): Feature | undefined {
  const keys = dialledKeys(dialled);
  if (keys === undefined) return undefined;
  const { pickUp, park } = features;
  if (keys === pickUp) return { kind: 'pick-up', extension: undefined };
  const behind = (code: string): string => keys.slice(code.length);
  if (keys.startsWith(park.code) && /^[1-9][0-9]?$/.test(behind(park.code)) && Number(behind(park.code)) <= park.orbits)
    return { kind: 'park', orbit: behind(park.code) };
  if (keys.startsWith(pickUp) && /^[0-9]{2,6}$/.test(behind(pickUp)))
    return { kind: 'pick-up', extension: behind(pickUp) };
  return undefined;
}
