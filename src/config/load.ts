/**
 * From a YAML file to a configuration, or to all that is wrong with it, each mistake with its line and column. Nothing of
 * the program starts before the whole file is good.
 */
import { readFile } from 'node:fs/promises';
import type { z } from 'zod';
import { errorMessage } from '../base/errors.js';
import { crossChecks } from './checks.js';
import { ConfigDocument } from './document.js';
import { knownSettings } from './known-settings.js';
import { applyProfiles, profileFolders } from './profiles.js';
import {
  ConfigError,
  nearest,
  settingName,
  type CheckProblem,
  type ConfigProblem,
  type SettingPath,
} from './problems.js';
import { configSchema, type Config } from './schema.js';
import { secretProblems } from './secrets.js';

type Issue = z.core.$ZodIssue;

export interface LoadOptions {
  /** Also look whether every secret that stands in a file or in the environment can be read. */
  readonly secrets?: boolean;
}

/** Reads and validates a file. Rejects with `ConfigError` (`CONFIG_INVALID`). */
export async function loadConfig(file: string, options: LoadOptions = {}): Promise<Config> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const message = `cannot be read: ${errorMessage(error)}`;
    throw new ConfigError(file, [{ line: undefined, column: undefined, setting: '', message }]);
  }
  return parseConfig(text, file, options);
}

/** Validates the text of a configuration. Throws `ConfigError`. `file` is for the messages only. */
export function parseConfig(text: string, file: string, options: LoadOptions = {}): Config {
  const document = new ConfigDocument(text);
  if (document.problems.length > 0) throw new ConfigError(file, document.problems);
  const values = document.values();
  const profiles = applyProfiles(values, profileFolders(file));
  const result = configSchema.safeParse(values, { reportInput: true });
  const placed = ({ path, message, hint }: CheckProblem): ConfigProblem => ({
    ...document.place(path),
    setting: settingName(path),
    message,
    hint,
  });
  const checks = (config: Config): CheckProblem[] => [
    ...crossChecks(config),
    ...(options.secrets ? secretProblems(config) : []),
  ];
  if (result.success) {
    const found = [...profiles, ...checks(result.data)];
    if (found.length === 0) return result.data;
    throw new ConfigError(file, found.map(placed).sort(inOrder));
  }
  const { issues } = result.error;
  const further = remainder(values, issues, checks).map(placed);
  const own = [...profiles.map(placed), ...issues.flatMap((issue) => issueProblems(issue, document))];
  throw new ConfigError(file, [...own, ...further].sort(inOrder));
}

const inOrder = (a: ConfigProblem, b: ConfigProblem): number =>
  (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);

const settingPath = (path: readonly PropertyKey[]): SettingPath =>
  path.map((key) => (typeof key === 'number' ? key : String(key)));

function issueProblems(issue: Issue, document: ConfigDocument): ConfigProblem[] {
  const path = settingPath(issue.path);
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownSetting([...path, key], document));
  if (issue.code === 'invalid_union') {
    // The alternative that got furthest is the one that was meant.
    const nested = issue.errors.map((errors) => errors.map((one) => ({ ...one, path: [...issue.path, ...one.path] })));
    const [deepest] = nested.toSorted((a, b) => depth(b) - depth(a));
    if (deepest && depth(deepest) >= path.length) {
      const unknown = deepest.filter((one) => one.code === 'unrecognized_keys');
      return (unknown.length > 0 ? unknown : deepest).flatMap((one) => issueProblems(one, document));
    }
  }
  // Of a key that does not fit, what its own pattern says.
  if (issue.code === 'invalid_key' && issue.issues.length > 0)
    return issue.issues.flatMap((one) => issueProblems({ ...one, path: issue.path }, document));
  const missing = issue.code === 'invalid_type' && issue.input === undefined;
  const message = missing ? 'this setting is required' : plain(issue.message);
  return [{ ...document.place(path), setting: settingName(path), message, hint: hintFor(issue, path, document) }];
}

function unknownSetting(path: SettingPath, document: ConfigDocument): ConfigProblem {
  const known = knownSettings(path.slice(0, -1));
  const meant = nearest(String(path.at(-1)), known);
  const hint = meant ? `did you mean ${meant}?` : `known here: ${known.join(', ')}`;
  return { ...document.placeOfKey(path), setting: settingName(path), message: 'unknown setting', hint };
}

function hintFor(issue: Issue, path: SettingPath, document: ConfigDocument): string | undefined {
  const written = document.source(path);
  const unquoted = issue.code === 'invalid_type' && issue.expected === 'string' && typeof issue.input === 'number';
  if (unquoted && written !== undefined) return `put it in quotes: "${written}"`;
  if (issue.code !== 'invalid_value' || typeof issue.input !== 'string') return undefined;
  const meant = nearest(issue.input, issue.values.map(String));
  return meant && `did you mean ${meant}?`;
}

const depth = (issues: readonly { readonly path: readonly PropertyKey[] }[]): number =>
  Math.max(0, ...issues.map((issue) => issue.path.length));

/** zod's sentences without their preamble. */
function plain(message: string): string {
  return message.replace(/^Invalid (input|option|string): /, '').replace(/^Invalid input$/, 'this value does not fit');
}

/**
 * Mistakes of the second kind (names that lead nowhere…) in a file that has some of the first, so that all are told at
 * once: what is wrong by itself is left out, and what then holds together is checked. Where too little is left for that,
 * there is nothing to say yet. `values` is changed.
 */
function remainder(
  values: unknown,
  issues: readonly Issue[],
  checks: (config: Config) => CheckProblem[],
): CheckProblem[] {
  const wrong = issues.flatMap((issue) => {
    const path = settingPath(issue.path);
    return issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...path, key]) : [path];
  });
  for (const path of wrong) leaveOut(values, path);
  const rest = configSchema.safeParse(values);
  if (!rest.success) return [];
  const touched = wrong.map((path) => settingName(path.slice(0, -1)));
  return checks(rest.data).filter(({ path }) => !touched.includes(settingName(path)));
}

function leaveOut(values: unknown, path: SettingPath): void {
  let holder: unknown = values;
  for (const key of path.slice(0, -1)) holder = (holder as Record<string | number, unknown> | null | undefined)?.[key];
  const last = path.at(-1);
  if (holder !== null && typeof holder === 'object' && last !== undefined) Reflect.deleteProperty(holder, last);
}
