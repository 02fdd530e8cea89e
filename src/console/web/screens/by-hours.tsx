/** What the opening hours decide, as a form: where calls go while it is open, while it is closed, on holidays, at night. */
import type { JSX } from 'preact';
import { say } from '../language.js';
import { Entries, type Entry } from '../parts/entries.js';
import { Named, Place } from '../parts/place.js';
import { NewName } from '../parts/team.js';
import type { Drafting } from '../section-draft.js';
import type { HoursForm } from '../../../config/hours-text.js';
import type { Targets } from '../../../config/place-text.js';

interface Given {
  readonly hours: readonly HoursForm[];
  readonly targets: Targets;
  readonly drafting: Drafting;
}

const unsaid = { leads: 'unsaid', to: '' } as const;
const empty: HoursForm = {
  name: '',
  schedule: '',
  open: { leads: 'handsets', to: '' },
  closed: { leads: 'announce', to: 'closed' },
  holiday: unsaid,
  night: unsaid,
};

export const ByHours = ({ hours, targets, drafting }: Given): JSX.Element | null =>
  targets.schedules.length === 0 ? null : (
    <Entries
      name="hours"
      title={say('Co dzieje się w godzinach pracy i poza nimi', 'What happens in and out of the hours')}
      loaded={hours}
      drafting={drafting}
      fresh={{ form: empty, button: say('Dodaj rozgałęzienie', 'Add a branch') }}
    >
      {(entry) => <OneBranch {...entry} targets={targets} />}
    </Entries>
  );

function OneBranch({
  form,
  at,
  alone,
  targets,
  wrong,
  set,
  remove,
}: Entry<HoursForm> & { targets: Targets }): JSX.Element {
  // Where there are several, fields of the same name are told apart by whose they are.
  const n = alone ? '' : ` – ${form.name === '' ? `${say('nowe rozgałęzienie', 'new branch')} ${at + 1}` : form.name}`;
  const asClosed = [['unsaid', say('jak poza godzinami', 'as out of the hours')]] as const;
  const place = (of: 'open' | 'closed' | 'holiday' | 'night', label: string): JSX.Element => (
    <div class="columns">
      <Place
        label={label}
        when={label.toLowerCase()}
        more={of === 'open' || of === 'closed' ? [] : asClosed}
        place={form[of]}
        set={(now) => set({ [of]: now })}
        wrong={wrong(`${of}.to`, form[of].to)}
        {...{ n, targets }}
      />
    </div>
  );
  return (
    <fieldset>
      <legend>{form.name === '' ? say('Nowe rozgałęzienie', 'New branch') : form.name}</legend>
      <div class="columns">
        <NewName label={say('Nazwa rozgałęzienia', 'Name of the branch')} {...{ form, at, set, wrong }} />
        <Named
          label={`${say('Według których godzin pracy', 'By which opening hours')}${n}`}
          names={targets.schedules}
          value={form.schedule}
          set={(schedule) => set({ schedule })}
          wrong={wrong('schedule', form.schedule)}
        />
      </div>
      {place('open', say('W godzinach pracy', 'In the hours'))}
      {place('closed', say('Poza godzinami pracy', 'Out of the hours'))}
      {place('holiday', say('W święta i dni wolne', 'On holidays and days off'))}
      {place('night', say('W trybie nocnym', 'In night mode'))}
      <button type="button" onClick={remove}>
        {say('Usuń rozgałęzienie', 'Take the branch away')}
        {n}
      </button>
    </fieldset>
  );
}
