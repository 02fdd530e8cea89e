/** Letters: the office's own templates or ours, filled with what is known of a request, and set as PDF. */
import { join, resolve } from 'node:path';
import { HalinaError } from '../../base/errors.js';
import type { Clock } from '../../base/clock.js';
import type { FileStore } from '../../journal/file-store.js';
import { readAll, writeWhole } from '../../journal/whole-file.js';
import { disclosurePapers, papers } from '../machine/events.js';
import type { DisclosurePaper, Paper } from '../machine/events.js';
import type { Rules } from '../machine/rules.js';
import type { DisclosurePaperMaker, PaperMaker } from '../ports.js';
import type { DisclosureRecord, RequestRecord } from '../records.js';
import { disclosureValues } from './disclosure-values.js';
import type { Sheet } from './pdf.js';
import type { Press } from './press.js';
import { fill, parseTemplate } from './template.js';
import type { Values } from './template.js';
import { fieldNames, fields, valuesOf } from './values.js';
import type { Naming } from './values.js';

/** `annex-1`: the form, blank or filled in. */
export const templateNames = [...papers, ...disclosurePapers, 'annex-1'] as const;
export type TemplateName = (typeof templateNames)[number];

/** Those that come with the program, beside its code. */
const ours = resolve(import.meta.dirname, '../../../../templates/letters');

export interface LettersOptions {
  readonly files: FileStore;
  /** The folder of the office's own templates; made with the first of them. */
  readonly folder: string;
  readonly clock: Clock;
  readonly press: Press;
  readonly rules: Rules;
  /** The office's name and address as they head a letter, a line each. */
  readonly letterhead: () => readonly string[];
  readonly nameOf: (account: string) => string;
}

/** Longest template, in characters. */
const LIMIT = 20_000;

export class Letters implements PaperMaker, DisclosurePaperMaker {
  readonly #options: LettersOptions;

  constructor(options: LettersOptions) {
    this.#options = options;
  }

  /** The template as it is used now. */
  async template(name: TemplateName): Promise<{ readonly source: string; readonly own: boolean }> {
    const { files, folder } = this.#options;
    const own = await readAll(files, join(folder, `${known(name)}.txt`));
    if (own.length > 0) return { source: own.toString(), own: true };
    return { source: (await readAll(files, join(ours, `${name}.txt`))).toString(), own: false };
  }

  /** Takes the office's own text. Throws `TEMPLATE_INVALID` with the line. */
  async saveTemplate(name: TemplateName, source: string): Promise<void> {
    const { files, folder } = this.#options;
    if (source.length > LIMIT) throw new HalinaError('TEMPLATE_INVALID', `szablon ma najwyżej ${LIMIT} znaków`);
    if (parseTemplate(source, fieldNames).length === 0) throw new HalinaError('TEMPLATE_INVALID', 'szablon jest pusty');
    await files.makeFolder(folder);
    await writeWhole(files, folder, join(folder, `${known(name)}.txt`), source);
  }

  /** Back to ours. */
  async dropTemplate(name: TemplateName): Promise<void> {
    const { files, folder } = this.#options;
    if (await files.remove(join(folder, `${known(name)}.txt`))) await files.syncFolder(folder);
  }

  /** How a text would look, each field showing what it is for. */
  preview(name: TemplateName, source: string): Promise<Uint8Array> {
    const values = Object.fromEntries(Object.entries(fields).map(([field, what]) => [field, `[${what}]`]));
    return this.#set(known(name), source, values);
  }

  /** The form of Annex 1 to be filled in by hand. */
  async blankForm(): Promise<Uint8Array> {
    return this.#set('annex-1', (await this.template('annex-1')).source, {});
  }

  /** `n`: the number of the paper in the case. */
  async make(name: Paper | 'annex-1', record: RequestRecord, n?: number): Promise<Uint8Array> {
    const values = valuesOf(record, this.#naming(), this.#options.rules, n);
    return this.#set(name, (await this.template(name)).source, values);
  }

  async makeForDisclosure(name: DisclosurePaper, { disclosure }: DisclosureRecord): Promise<Uint8Array> {
    const values = disclosureValues(disclosure, this.#naming(), this.#options.rules);
    return this.#set(name, (await this.template(name)).source, values, 'Udostępnienie');
  }

  #naming(): Naming {
    const { clock, letterhead, nameOf } = this.#options;
    return { now: clock.now(), nameOf, office: letterhead()[0] ?? '' };
  }

  #set(name: TemplateName, source: string, values: Values, of = 'Wniosek'): Promise<Uint8Array> {
    const { clock, letterhead, press } = this.#options;
    const blocks = fill(parseTemplate(source, fieldNames), values);
    const title = blocks.find(({ kind }) => kind === 'title');
    const number = values['number'] ?? '';
    const sheet: Sheet = {
      title: title && 'text' in title ? title.text : name,
      letterhead: letterhead(),
      foot: number === '' ? (letterhead()[0] ?? '') : `${of} nr ${number}`,
      blocks,
      at: clock.now(),
    };
    return press.make(sheet);
  }
}

function known(name: string): TemplateName {
  if ((templateNames as readonly string[]).includes(name)) return name as TemplateName;
  throw new HalinaError('TEMPLATE_UNKNOWN', `nie ma szablonu „${name}”`);
}
