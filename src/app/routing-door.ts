/** Where calls go, for the console: the sections of the configuration file that say it, and previews of calls by them. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { HalinaError } from '../base/errors.js';
import type { CallApplication } from '../calls/application.js';
import { replaceFile } from '../config/edit.js';
import { parseConfig } from '../config/load.js';
import type { Config } from '../config/schema.js';
import { groupForms, groupsSection } from '../config/group-text.js';
import { routeForms, routeTargets, routesSection } from '../config/route-text.js';
import { scheduleForms, schedulesSection } from '../config/schedule-text.js';
import { sectionText, withSection } from '../config/sections.js';
import { routingSections, type RoutingDoor, type SectionText } from '../console/routes/routing.js';
import type { Where } from './where.js';

const versionOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

export function routingDoor(
  where: Pick<Where, 'configFile' | 'demo'>,
  config: () => Config,
  calls: Pick<CallApplication, 'preview'>,
  reload: () => Promise<void>,
): RoutingDoor {
  const read = (): Promise<string> => readFile(where.configFile, 'utf8');
  const edited = (text: string, sections: readonly SectionText[]): string =>
    sections.reduce((all, one) => withSection(all, one.name, one.text), text);
  return {
    async sections() {
      const text = await read();
      return {
        schedules: scheduleForms(config()),
        groups: groupForms(config()),
        routes: routeForms(config()),
        targets: routeTargets(config()),
        trunks: config().trunks.map(({ name }) => name),
        version: versionOf(text),
        // The demonstration's file belongs to the program, not to its user.
        editable: !where.demo,
        sections: routingSections.map((name) => ({ name, text: sectionText(text, name) })),
      };
    },
    async routesSection(forms) {
      const text = sectionText(await read(), 'routes');
      return { name: 'routes', text: routesSection(text, routeForms(config()), forms) };
    },
    async schedulesSection(forms) {
      const text = sectionText(await read(), 'schedules');
      return { name: 'schedules', text: schedulesSection(text, scheduleForms(config()), forms) };
    },
    async groupsSection(forms) {
      const text = sectionText(await read(), 'groups');
      return { name: 'groups', text: groupsSection(text, groupForms(config()), forms) };
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
