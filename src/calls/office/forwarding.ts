/**
 * Where a handset's calls go instead. What was set by code goes before the configuration. A chain of forwards is followed
 * handset by handset; one that would come back to a handset that it has been at is not followed, so the call stays at the
 * last handset before that: two people who forward to each other are still reached by each other's callers.
 */
import type { Config } from '../../config/schema.js';
import { handsetSettings, type Occasion, type Settings } from './settings.js';

export type ForwardConfig = Pick<Config, 'handsets'>;

/** The number to which this handset forwards on this occasion, as it is dialled from there. */
export function forwardOf(
  config: ForwardConfig,
  settings: Settings,
  extension: string,
  on: Occasion,
): string | undefined {
  const set = handsetSettings(settings, extension).forward[on];
  if (set !== undefined) return set ?? undefined;
  return config.handsets.find((handset) => handset.extension === extension)?.forward[on];
}

export type Reached =
  | { readonly at: 'handset'; readonly extension: string; readonly via: readonly string[] }
  | {
      readonly at: 'outside';
      readonly number: string;
      /** The handset that sends the call there, by whose rules it goes out. */
      readonly by: string;
      readonly via: readonly string[];
    }
  | { readonly at: 'left-alone'; readonly extension: string; readonly via: readonly string[] };

/** The longest chain that is followed; longer ones are a mistake of people who no longer know about each other. */
const LONGEST = 8;

/**
 * Where a call to a handset arrives by what holds for every call: do not disturb, and forwarding always.
 * `been`: handsets that the call was at already.
 */
export function reached(
  config: ForwardConfig,
  settings: Settings,
  extension: string,
  been: readonly string[] = [],
): Reached {
  const via = [...been];
  let at = extension;
  for (;;) {
    const to = forwardOf(config, settings, at, 'always');
    const isHandset = config.handsets.some((handset) => handset.extension === to);
    const isLoop = to === at || (to !== undefined && via.includes(to));
    if (to === undefined || (isHandset && (isLoop || via.length >= LONGEST))) break;
    if (!isHandset) return { at: 'outside', number: to, by: at, via };
    via.push(at);
    at = to;
  }
  if (handsetSettings(settings, at).doNotDisturb) return { at: 'left-alone', extension: at, via };
  return { at: 'handset', extension: at, via };
}
