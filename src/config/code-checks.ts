/** Codes that handsets dial, held against one another and against what else can be dialled. */
import { settingName, type CheckProblem, type SettingPath } from './problems.js';
import type { Config } from './schema.js';

interface Code {
  readonly path: SettingPath;
  readonly keys: string;
}

/** Two codes of which one begins with the other, and prefixes of outbound routes that lie in the way of a code. */
export function codeChecks({ features, outbound }: Pick<Config, 'features' | 'outbound'>): CheckProblem[] {
  const park: Code = { path: ['features', 'park', 'code'], keys: features.park.code };
  const codes: readonly Code[] = [
    { path: ['features', 'pickUp'], keys: features.pickUp },
    ...(features.park.orbits > 0 ? [park] : []),
  ];
  const clashes = codes.flatMap((code, n) => {
    const before = codes.slice(0, n).find((one) => overlap(one.keys, code.keys));
    return before ? [clash(code, before)] : [];
  });
  const prefixes = outbound.routes.flatMap(({ prefix }, n) => {
    const taken = prefix === '' ? undefined : codes.find(({ keys }) => overlap(keys, prefix));
    return taken ? [clash({ path: ['outbound', 'routes', n, 'prefix'], keys: prefix }, taken)] : [];
  });
  return [...clashes, ...prefixes];
}

function clash({ path, keys }: Code, other: Code): CheckProblem {
  const message = `${keys} cannot be told from the code ${other.keys} of ${settingName(other.path)}`;
  return { path, message, hint: 'give one of the two other keys' };
}

const overlap = (a: string, b: string): boolean => a.startsWith(b) || b.startsWith(a);
