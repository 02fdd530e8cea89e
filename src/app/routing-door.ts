/** Where calls go, for the console: the sections of the configuration file that say it, and previews of calls by them. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { HalinaError } from '../base/errors.js';
import type { CallApplication } from '../calls/application.js';
import { replaceFile } from '../config/edit.js';
import { parseConfig } from '../config/load.js';
import type { Config } from '../config/schema.js';
import { targetsOf, type Sounds } from '../config/place-text.js';
import { readForms, sectionForms } from '../config/section-forms.js';
import { sectionText, withSection } from '../config/sections.js';
import { routingSections, type RoutingDoor, type SectionText } from '../console/routes/routing-door.js';
import type { Where } from './where.js';

const versionOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

export function routingDoor(
  where: Pick<Where, 'configFile' | 'demo'>,
  config: () => Config,
  calls: Pick<CallApplication, 'preview'>,
  reload: () => Promise<void>,
  sounds: () => Promise<Sounds>,
): RoutingDoor {
  const read = (): Promise<string> => readFile(where.configFile, 'utf8');
  const edited = (text: string, sections: readonly SectionText[]): string =>
    sections.reduce((all, one) => withSection(all, one.name, one.text), text);
  return {
    async sections() {
      const text = await read();
      return {
        forms: readForms(config()),
        targets: targetsOf(config(), await sounds()),
        trunks: config().trunks.map(({ name }) => name),
        version: versionOf(text),
        // The demonstration's file belongs to the program, not to its user.
        editable: !where.demo,
        sections: routingSections.map((name) => ({ name, text: sectionText(text, name) })),
      };
    },
    async formed(name, forms) {
      const text = sectionText(await read(), name);
      const { read: formsOf, write } = sectionForms[name];
      return { name, text: write(text, formsOf(config()), forms) };
    },
    async preview(ask, sections) {
      if (!sections) return calls.preview(ask);
      return calls.preview(ask, parseConfig(edited(await read(), sections), where.configFile));
    },
    async save(sections, version) {
      const text = await read();
      if (versionOf(text) !== version) throw new HalinaError('CONFIG_CHANGED', 'the file was changed meanwhile');
      const next = edited(text, sections);
      parseConfig(next, where.configFile, { secrets: true });
      await replaceFile(where.configFile, next);
      await reload();
    },
  };
}
