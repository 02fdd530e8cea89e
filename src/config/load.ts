/**
 * From a YAML file to a configuration, or to all that is wrong with it, each mistake with its line and column. Nothing of the
 * program starts before the whole file is good.
 */
import { readFile } from 'node:fs/promises';
import { isMap, isScalar, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import type { z } from 'zod';
import { errorMessage } from '../base/errors.js';
import { crossChecks } from './checks.js';
import { ConfigError, nearest, settingName, type ConfigProblem, type SettingPath } from './problems.js';
import { configSchema, type Config } from './schema.js';

/** Reads and validates a file. Rejects with `ConfigError` (`CONFIG_INVALID`). */
export async function loadConfig(file: string): Promise<Config> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const problem = {
      line: undefined,
      column: undefined,
      setting: '',
      message: `cannot be read: ${errorMessage(error)}`,
    };
    throw new ConfigError(file, [problem]);
  }
  return parseConfig(text, file);
}

/** Validates the text of a configuration. Throws `ConfigError`. `file` is for the messages only. */
export function parseConfig(text: string, file: string): Config {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const broken = document.errors.map((error): ConfigProblem => {
    const { line, col } = lines.linePos(error.pos[0]);
    return { line, column: col, setting: '', message: error.message };
  });
  if (broken.length > 0) throw new ConfigError(file, broken);
  const place = (path: SettingPath, ofKey = false): Pick<ConfigProblem, 'line' | 'column'> => {
    const offset = offsetOf(document, path, ofKey);
    if (offset === undefined) return { line: undefined, column: undefined };
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const result = configSchema.safeParse(document.toJS() ?? {}, { reportInput: true });
  if (!result.success) throw new ConfigError(file, problemsOf(result.error.issues, place));
  const crossed = crossChecks(result.data);
  if (crossed.length === 0) return result.data;
  throw new ConfigError(
    file,
    crossed.map(({ path, message, hint }) => ({ ...place(path), setting: settingName(path), message, hint })),
  );
}

type Place = (path: SettingPath, ofKey?: boolean) => Pick<ConfigProblem, 'line' | 'column'>;
type Issue = z.core.$ZodIssue;

function problemsOf(issues: readonly Issue[], place: Place): ConfigProblem[] {
  return issues
    .flatMap((issue) => issueProblems(issue, place))
    .sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
}

function issueProblems(issue: Issue, place: Place): ConfigProblem[] {
  const path = issue.path.map((key) => (typeof key === 'number' ? key : String(key)));
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => {
      const known = knownKeys(path);
      const meant = nearest(key, known);
      const hint = meant ? `did you mean ${meant}?` : `known here: ${known.join(', ')}`;
      return { ...place([...path, key], true), setting: settingName([...path, key]), message: 'unknown setting', hint };
    });
  if (issue.code === 'invalid_union') {
    const nested = issue.errors.map((errors) => errors.map((one) => ({ ...one, path: [...issue.path, ...one.path] })));
    const deepest = nested.sort((a, b) => depth(b) - depth(a))[0];
    if (deepest && depth(deepest) > issue.path.length) return deepest.flatMap((one) => issueProblems(one, place));
  }
  const missing = issue.code === 'invalid_type' && issue.input === undefined && /undefined/.test(issue.message);
  const message = missing ? 'this setting is required' : plain(issue.message);
  const digits = issue.code === 'invalid_type' && issue.expected === 'string' && typeof issue.input === 'number';
  const hint = digits ? `put it in quotes: "${String(issue.input)}"` : undefined;
  return [{ ...place(nearestThere(path, place)), setting: settingName(path), message, hint }];
}

const depth = (issues: readonly { readonly path: readonly PropertyKey[] }[]): number =>
  Math.max(0, ...issues.map((issue) => issue.path.length));

/** zod's sentences without their preamble. */
function plain(message: string): string {
  return message.replace(/^Invalid (input|option|string): /, '').replace(/^Invalid input$/, 'this value does not fit');
}

/** The path itself, or the part of it that is in the file. */
function nearestThere(path: SettingPath, place: Place): SettingPath {
  for (let length = path.length; length > 0; length--)
    if (place(path.slice(0, length)).line !== undefined) return path.slice(0, length);
  return path;
}

/** Byte offset of a setting's value, or of its key. */
function offsetOf(document: Document, path: SettingPath, ofKey: boolean): number | undefined {
  if (ofKey) {
    const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
    if (!isMap(parent)) return undefined;
    const pair = parent.items.find((item) => isScalar(item.key) && item.key.value === path.at(-1));
    return (pair?.key as Node | undefined)?.range?.[0];
  }
  const node = document.getIn(path, true) as Node | undefined;
  return node?.range?.[0];
}

/** The settings that may stand at a place: the schema is walked along the path. */
function knownKeys(path: SettingPath): string[] {
  let schemas: SchemaNode[] = [configSchema];
  for (const key of path) schemas = schemas.flatMap(unwrap).flatMap((schema) => step(schema, key));
  return [...new Set(schemas.flatMap(unwrap).flatMap((schema) => Object.keys(schema.def.shape ?? {})))];
}

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
