/**
 * Sections of the configuration file as texts, for a person who edits one of them: read out, put back in their place, with all
 * other lines and the comments between sections as they were.
 */
import { isMap, isScalar, parseDocument } from 'yaml';
import { HalinaError } from '../base/errors.js';

/** A key at the beginning of a line; flow collections may close there, and lists may begin there. */
const KEY = /^(["']?)([A-Za-z][\w-]*)\1\s*:/;

interface Place {
  /** Lines, the last one not included. */
  readonly from: number;
  readonly to: number;
}

function placeOf(lines: readonly string[], name: string): Place | undefined {
  const from = lines.findIndex((line) => KEY.exec(line)?.[2] === name);
  if (from < 0) return undefined;
  const next = lines.findIndex((line, index) => index > from && KEY.test(line));
  let to = next < 0 ? lines.length : next;
  // What stands before the next key with no indentation belongs to that one.
  while (to > from + 1 && /^(#.*)?$/.test(lines[to - 1] ?? '')) to -= 1;
  return { from, to };
}

/** The section with its key; empty where it is not there. */
export function sectionText(text: string, name: string): string {
  const lines = text.split('\n');
  const place = placeOf(lines, name);
  return place ? lines.slice(place.from, place.to).join('\n') : '';
}

/** Empty: the section goes. Throws `SECTION_INVALID` where the text is not this one section. */
export function withSection(text: string, name: string, section: string): string {
  const wanted = section.replace(/\r/g, '').trimEnd();
  if (wanted.trim() !== '') mustBe(wanted, name);
  const lines = text.split('\n');
  const place = placeOf(lines, name);
  if (place)
    return [...lines.slice(0, place.from), ...(wanted === '' ? [] : [wanted]), ...lines.slice(place.to)].join('\n');
  if (wanted === '') return text;
  return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}\n${wanted}\n`;
}

function mustBe(section: string, name: string): void {
  const document = parseDocument(section);
  const [problem] = document.errors;
  if (problem) throw new HalinaError('SECTION_INVALID', `${name}: ${problem.message.split('\n')[0] ?? ''}`);
  const { contents } = document;
  const keys = isMap(contents) ? contents.items.map(({ key }) => (isScalar(key) ? String(key.value) : '')) : [];
  if (keys.length === 1 && keys[0] === name) return;
  throw new HalinaError('SECTION_INVALID', `the text must be the section \`${name}:\` alone, from its first column on`);
}
