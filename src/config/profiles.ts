/**
 * Profiles of providers: files in config/providers (ours) or in `providers/` beside the office's configuration (its own,
 * which go first) that say how a kind of provider wants things. `trunks: - profile: NAME` takes from one what the trunk
 * itself does not say. They are merged before anything is checked, so a trunk made by a profile is checked like others.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { errorMessage } from '../base/errors.js';
import { nearest, type CheckProblem } from './problems.js';

const SHIPPED = resolve(import.meta.dirname, '../../../config/providers');

const profileSchema = z.strictObject({
  description: z.string(),
  /** Settings that the trunk itself has to say. */
  needs: z.array(z.string()).default([]),
  /** What it gives; checked with the trunk that takes it. */
  trunk: z.record(z.string(), z.unknown()),
});
export type Profile = z.output<typeof profileSchema>;

type Values = Record<string, unknown>;

/** The folders in which profiles of a configuration file are looked for. */
export function profileFolders(configFile: string): readonly string[] {
  return [join(dirname(resolve(configFile)), 'providers'), SHIPPED];
}

/** Names of all profiles in these folders. */
export function profileNames(folders: readonly string[]): string[] {
  const files = folders.filter((folder) => existsSync(folder)).flatMap((folder) => readdirSync(folder));
  return [...new Set(files.filter((file) => file.endsWith('.yaml')).map((file) => file.slice(0, -'.yaml'.length)))];
}

/**
 * Fills trunks in the values of a configuration, as they were written, from their profiles. `values` is changed. Gives
 * what is wrong with it.
 */
export function applyProfiles(values: unknown, folders: readonly string[]): CheckProblem[] {
  const trunks = isRecord(values) && Array.isArray(values['trunks']) ? (values['trunks'] as unknown[]) : [];
  return trunks.flatMap((trunk, n) => {
    if (!isRecord(trunk) || typeof trunk['profile'] !== 'string') return [];
    const name = trunk['profile'];
    const found = read(name, folders);
    if ('wrong' in found) return [{ path: ['trunks', n, 'profile'], ...found.wrong }];
    const { needs, trunk: given } = found.profile;
    const missing = needs.filter((setting) => trunk[setting] === undefined);
    trunks[n] = merged(given, trunk);
    return missing.map((setting) => ({
      path: ['trunks', n],
      message: `a trunk of the profile ${name} needs ${setting}`,
      hint: `see the example in config/providers/${name}.yaml`,
    }));
  });
}

function read(
  name: string,
  folders: readonly string[],
): { readonly profile: Profile } | { readonly wrong: Omit<CheckProblem, 'path'> } {
  const file = folders.map((folder) => join(folder, `${name}.yaml`)).find((one) => existsSync(one));
  if (file === undefined) {
    const known = profileNames(folders);
    const meant = nearest(name, known);
    const hint = meant ? `did you mean ${meant}?` : `known: ${known.join(', ')}`;
    return { wrong: { message: `there is no profile ${name}`, hint } };
  }
  try {
    return { profile: profileSchema.parse(parse(readFileSync(file, 'utf8'))) };
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : errorMessage(error);
    return { wrong: { message: `the profile ${file} cannot be used: ${why}` } };
  }
}

/** What is written wins; sections are merged setting by setting. */
function merged(given: Values, written: Values): Values {
  const both = { ...given, ...written };
  for (const [key, value] of Object.entries(written)) {
    const below = given[key];
    if (isRecord(value) && isRecord(below)) both[key] = merged(below, value);
  }
  // A profile says how to register, the trunk with what; without that there is nothing to be registered.
  for (const key of Object.keys(given)) if (key === 'register' && written[key] === undefined) delete both[key];
  return both;
}

function isRecord(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
