/**
 * Changes of one setting in the configuration file, as a careful person would make them: only the value's own characters
 * change, comments and layout stay as they are, and a file that would not be good afterwards is not written.
 */
import { open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isMap, isScalar, parseDocument, stringify, type Document, type YAMLMap } from 'yaml';
import { errorMessage, HalinaError } from '../base/errors.js';
import { parseConfig } from './load.js';
import { settingName, type SettingPath } from './problems.js';
import type { Config } from './schema.js';

export type SettingValue = string | number | boolean;

/**
 * Sets one value in a file and resolves with the configuration that results. The file is replaced in one step, on disk
 * when this resolves. Rejects with `ConfigError` where the result would not be good, with `HalinaError`
 * (`CONFIG_NOT_WRITTEN`) where the file cannot be replaced; it is as it was then.
 */
export async function editConfig(file: string, path: SettingPath, value: SettingValue): Promise<Config> {
  const text = await readFile(file, 'utf8');
  const edited = editText(text, path, value);
  const config = parseConfig(edited, file);
  if (edited !== text) await replaceFile(file, edited);
  return config;
}

/** The text with one value set; everything else is byte for byte as it was. */
export function editText(text: string, path: SettingPath, value: SettingValue): string {
  const document = parseDocument(text);
  const written = stringify(value, { lineWidth: 0 }).trimEnd();
  const range = spliceAt(document, path, written, text);
  if (!range)
    throw new HalinaError('CONFIG_NOT_WRITTEN', `${settingName(path)} cannot be set in this file by a program`, {
      hint: 'set it with an editor',
    });
  return text.slice(0, range.from) + range.put + text.slice(range.to);
}

interface Splice {
  readonly from: number;
  readonly to: number;
  readonly put: string;
}

function spliceAt(document: Document, path: SettingPath, written: string, text: string): Splice | undefined {
  const node = document.getIn(path, true);
  if (isScalar(node) && node.range) return { from: node.range[0], to: node.range[1], put: written };
  if (node !== undefined) return undefined;
  const key = String(path.at(-1));
  const holder = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (isMap(holder)) return intoMap(holder, `${key}: ${written}`, text);
  if (holder !== undefined || path.length !== 2) return undefined;
  const gap = text === '' || text.endsWith('\n') ? '' : '\n';
  return { from: text.length, to: text.length, put: `${gap}${String(path[0])}:\n  ${key}: ${written}\n` };
}

/** Before the first setting of a section, with the same indentation. */
function intoMap(map: YAMLMap, entry: string, text: string): Splice | undefined {
  const [first] = map.items;
  const at = isScalar(first?.key) ? first.key.range?.[0] : undefined;
  if (map.flow && first === undefined && map.range)
    return { from: map.range[0], to: map.range[1], put: `{ ${entry} }` };
  if (at === undefined) return undefined;
  if (map.flow) return { from: at, to: at, put: `${entry}, ` };
  const indentation = text.slice(text.lastIndexOf('\n', at - 1) + 1, at).replaceAll(/\S/g, ' ');
  return { from: at, to: at, put: `${entry}\n${indentation}` };
}

/** Writes beside the file, flushes, and renames over it, so that a crash leaves the old or the new, never a half. */
export async function replaceFile(file: string, text: string): Promise<void> {
  const target = await realpath(file);
  const beside = `${target}.${process.pid}.new`;
  try {
    const { mode, uid, gid } = await stat(target);
    const handle = await open(beside, 'wx', mode);
    try {
      await handle.chown(uid, gid);
      await handle.chmod(mode); // what a file is made with the umask cuts down
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(beside, target);
    await syncFolder(dirname(target));
  } catch (error) {
    await rm(beside, { force: true });
    throw new HalinaError('CONFIG_NOT_WRITTEN', `${file} cannot be replaced: ${errorMessage(error)}`, {
      hint: 'the folder of the configuration must be writable for Halina; in a container, mount the folder, not the file',
      cause: error,
    });
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
