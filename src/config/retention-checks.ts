/** What does not fit together in the classes of retention. */
import { duplicates, unknown } from './check-tools.js';
import type { CheckProblem } from './problems.js';
import type { Config } from './schema.js';

export function retentionProblems(config: Pick<Config, 'storage' | 'routes' | 'handsets'>): CheckProblem[] {
  const { classes, keepAtLeast } = config.storage;
  const routes = config.routes.map(({ name }) => name);
  const units = config.handsets.flatMap(({ unit }) => unit ?? []);
  const each = classes.flatMap((one, n): CheckProblem[] => {
    const path = ['storage', 'classes', n] as const;
    const found: CheckProblem[] = [];
    if (one.routes.length + one.units.length === 0) {
      found.push({ path, message: 'this class holds for no call', hint: 'name `routes` or `units`' });
    }
    if ((one.keepAtLeast ?? keepAtLeast) > one.maxAge) {
      found.push({ path, message: 'it promises to keep longer than it may', hint: 'set keepAtLeast below maxAge' });
    }
    return [
      ...found,
      ...one.routes.flatMap((name, m) => unknown(name, routes, 'route', [...path, 'routes', m])),
      ...one.units.flatMap((name, m) => unknown(name, units, 'unit of a handset', [...path, 'units', m])),
    ];
  });
  return [
    ...each,
    ...duplicates(
      classes,
      ({ name }) => name,
      (n) => ['storage', 'classes', n, 'name'],
    ),
  ];
}
