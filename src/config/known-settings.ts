/** Which settings may stand at a place of the configuration: the schema, walked along a path. */
import type { SettingPath } from './problems.js';
import { configSchema } from './schema.js';

/** As much of a zod schema as the walk looks at. */
interface SchemaNode {
  readonly def: {
    readonly type: string;
    readonly shape?: Readonly<Record<string, SchemaNode>>;
    readonly element?: SchemaNode;
    readonly innerType?: SchemaNode;
    readonly options?: readonly SchemaNode[];
    readonly in?: SchemaNode;
  };
}

/** Names of the settings directly below `path`; none where it holds no settings. */
export function knownSettings(path: SettingPath): string[] {
  let schemas: SchemaNode[] = [configSchema];
  for (const key of path) schemas = schemas.flatMap(unwrap).flatMap((schema) => step(schema, key));
  return [...new Set(schemas.flatMap(unwrap).flatMap((schema) => Object.keys(schema.def.shape ?? {})))];
}

/** Looks through defaults, optionals, pipes and unions. */
function unwrap(schema: SchemaNode): SchemaNode[] {
  const { def } = schema;
  if (def.innerType) return unwrap(def.innerType);
  if (def.in) return unwrap(def.in);
  return def.options ? def.options.flatMap(unwrap) : [schema];
}

function step(schema: SchemaNode, key: string | number): SchemaNode[] {
  const next = typeof key === 'number' ? schema.def.element : schema.def.shape?.[key];
  return next ? [next] : [];
}
