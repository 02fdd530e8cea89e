/** What the checks of the configuration are made of. */
import { nearest, settingName, type CheckProblem, type SettingPath } from './problems.js';

/** `what` names each thing; a thing of the same name before it makes it a duplicate. */
export function duplicates<T>(
  items: readonly T[],
  what: (item: T) => string,
  path: (index: number) => SettingPath,
  hint?: string,
): CheckProblem[] {
  return items.flatMap((item, index) => {
    const first = items.findIndex((other) => what(other) === what(item));
    if (first === index) return [];
    const message = `${what(item)} is there twice; it was first at ${settingName(path(first))}`;
    return [{ path: path(index), message, ...(hint ? { hint } : {}) }];
  });
}

/** A name that leads nowhere. */
export function unknown(name: string, known: readonly string[], kind: string, path: SettingPath): CheckProblem[] {
  if (known.includes(name)) return [];
  const meant = nearest(name, known);
  const hint = meant ? `did you mean ${meant}?` : `known: ${known.join(', ') || 'none'}`;
  return [{ path, message: `there is no ${kind} ${name}`, hint }];
}

interface WithHandsets {
  readonly handsets: readonly { readonly extension: string }[];
}

export function knownHandsets(config: WithHandsets, extensions: readonly string[], path: SettingPath): CheckProblem[] {
  const known = config.handsets.map((handset) => handset.extension);
  return extensions.flatMap((one, m) => unknown(one, known, 'handset', [...path, m]));
}
