/** The settings by which calls go, as the console reads and changes them; and what is wrong with them, told to a person. */
import { z } from 'zod';
import { HalinaError } from '../../base/errors.js';
import type { PreviewAsk, StoryPart } from '../../calls/office/preview.js';
import type { Targets } from '../../config/place-text.js';
import { ConfigError } from '../../config/problems.js';
import type { EntryForms, FormName, SectionForms } from '../../config/section-forms.js';
import { Problem } from '../frame/problem.js';

/** Of the configuration file, in the order of a call's way. */
export const routingSections = ['routes', 'schedules', 'hours', 'menus', 'groups', 'queues'] as const;

export const section = z.strictObject({ name: z.enum(routingSections), text: z.string().max(20_000) });
export type SectionText = z.infer<typeof section>;

export interface RoutingDoor {
  sections(): Promise<{
    /** Of the settings in effect. */
    readonly forms: SectionForms;
    readonly targets: Targets;
    readonly trunks: readonly string[];
    readonly version: string;
    readonly editable: boolean;
    readonly sections: readonly SectionText[];
  }>;
  /** A section of the file, changed to what the forms say; nothing is kept. */
  formed<Name extends FormName>(name: Name, forms: readonly EntryForms[Name][]): Promise<SectionText>;
  /** By what is in effect, or as it would be with these sections. Throws `ConfigError`. */
  preview(ask: PreviewAsk, sections?: readonly SectionText[]): Promise<readonly StoryPart[]>;
  /** In effect for the next call. Throws `ConfigError`, or `CONFIG_CHANGED` where the file is not of that version. */
  save(sections: readonly SectionText[], version: string): Promise<void>;
}

/** What is wrong with a text, as a problem that names each mistake. */
export async function told<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof ConfigError) {
      const all = error.problems.map(
        ({ setting, message, hint }) => `${setting}: ${message}${hint ? ` (${hint})` : ''}`,
      );
      const text = all.slice(0, 10).join('\n');
      throw new Problem('invalid', { pl: `Tych ustawień nie można użyć. ${text}`, en: `These settings cannot be used. ${text}` }, { cause: error }); // prettier-ignore
    }
    if (error instanceof HalinaError && error.code === 'SECTION_INVALID')
      throw new Problem('invalid', { pl: `Tekst nie jest poprawny: ${error.message}`, en: error.message }, { cause: error }); // prettier-ignore
    if (error instanceof HalinaError && error.code === 'CONFIG_CHANGED') throw changed();
    throw error;
  }
}

const changed = (): Problem =>
  new Problem('changed', {
    pl: 'Plik konfiguracji został w międzyczasie zmieniony. Wczytaj stronę ponownie i wprowadź zmianę jeszcze raz.',
    en: 'The configuration file was changed meanwhile. Load the page again and make the change once more.',
  });
