/** Groups of handsets between the configuration and a form: who is rung and how, and where a call goes that nobody takes. */
import { listSection, type Listed, type Written } from './list-section.js';
import { listOf, NAME, placeMistake, placeOf, type Leads, type PlaceMistake, type RouteTargets } from './route-text.js';
import type { Config } from './schema.js';

/** `prompt`: the caller hears that nobody can answer, and the call ends. */
export interface PlaceForm {
  readonly leads: Leads | 'prompt';
  /** As in a form of a route. */
  readonly to: string;
}

export interface GroupForm extends Listed {
  readonly name: string;
  /** Extensions, divided by commas. */
  readonly members: string;
  readonly strategy: Config['groups'][number]['strategy'];
  /** Seconds. */
  readonly ring: string;
  readonly onBusy: PlaceForm;
  readonly onNoAnswer: PlaceForm;
}

const formOf = (to: Parameters<typeof placeOf>[0]['to']): PlaceForm =>
  to === undefined ? { leads: 'prompt', to: '' } : placeOf({ handsets: [], to });

export const groupForms = ({ groups }: Pick<Config, 'groups'>): GroupForm[] =>
  groups.map(({ name, members, strategy, ring, onBusy, onNoAnswer }, was) => ({
    was,
    name,
    members: members.join(', '),
    strategy,
    ring: String(ring / 1000),
    onBusy: formOf(onBusy),
    onNoAnswer: formOf(onNoAnswer),
  }));

/** What stands in the file; `undefined`: nothing. */
const written = ({ leads, to }: PlaceForm): Written | undefined =>
  leads === 'prompt' ? undefined : leads === 'handsets' ? { handsets: listOf(to) } : { [leads]: to.trim() };

const ends = ['onBusy', 'onNoAnswer'] as const;

/** @param before the forms of the section as it stands */
export const groupsSection = (section: string, before: readonly GroupForm[], forms: readonly GroupForm[]): string =>
  listSection(section, 'groups', before, forms, {
    fresh: (form) => ({
      name: form.name.trim(),
      members: listOf(form.members),
      strategy: form.strategy,
      ring: `${form.ring.trim()}s`,
      ...Object.fromEntries(ends.flatMap((end) => (form[end].leads === 'prompt' ? [] : [[end, written(form[end])]]))),
    }),
    change(entry, old, now) {
      if (now.members !== old.members) entry.set('members', listOf(now.members));
      if (now.strategy !== old.strategy) entry.set('strategy', now.strategy);
      if (now.ring !== old.ring) entry.set('ring', `${now.ring.trim()}s`);
      for (const end of ends) {
        const { leads, to } = now[end];
        if (leads !== 'other' && (leads !== old[end].leads || to !== old[end].to)) entry.set(end, written(now[end]));
      }
    },
  });

/** A mistake in a form: which one, which field (`onBusy.to`), what. */
export interface GroupMistake {
  readonly index: number;
  readonly field: string;
  readonly what: PlaceMistake['what'] | 'twice' | 'wrong-name' | 'no-time';
  readonly which?: string;
}

export function groupMistakes(forms: readonly GroupForm[], targets: RouteTargets): GroupMistake[] {
  return forms.flatMap((form, index) => {
    const name = form.name.trim();
    const found: (Omit<GroupMistake, 'index'> | undefined)[] = [];
    if (name === '') found.push({ field: 'name', what: 'empty' });
    else if (forms.some((other, n) => n < index && other.name.trim() === name))
      found.push({ field: 'name', what: 'twice' }); // prettier-ignore
    else if (!NAME.test(name)) found.push({ field: 'name', what: 'wrong-name' });
    const members = placeMistake({ leads: 'handsets', to: form.members }, targets);
    found.push(members && { field: 'members', ...members });
    if (!/^[1-9]\d{0,2}$/.test(form.ring.trim())) found.push({ field: 'ring', what: 'no-time', which: form.ring });
    for (const end of ends) {
      const { leads, to } = form[end];
      const wrong = leads === 'prompt' ? undefined : placeMistake({ leads, to }, targets);
      found.push(wrong && { field: `${end}.to`, ...wrong });
    }
    return found.flatMap((one) => (one ? [{ index, ...one }] : []));
  });
}
