/** Groups of handsets as a form: who is rung, how and how long, and where a call goes that nobody takes. */
import type { JSX } from 'preact';
import { say } from '../language.js';
import { Entries, type Entry } from '../parts/entries.js';
import { Place } from '../parts/place.js';
import { NewName, Team } from '../parts/team.js';
import type { Drafting } from '../section-draft.js';
import type { GroupForm } from '../../../config/group-text.js';
import type { Targets } from '../../../config/place-text.js';

interface Given {
  readonly groups: readonly GroupForm[];
  readonly targets: Targets;
  readonly drafting: Drafting;
}

const unsaid = { leads: 'unsaid', to: '' } as const;
const empty: GroupForm = { name: '', members: '', strategy: 'all', ring: '20', onBusy: unsaid, onNoAnswer: unsaid };

export const Groups = ({ groups, targets, drafting }: Given): JSX.Element => (
  <Entries
    name="groups"
    title={say('Grupy aparatów', 'Groups of handsets')}
    loaded={groups}
    drafting={drafting}
    fresh={{ form: empty, button: say('Dodaj grupę', 'Add a group') }}
  >
    {(entry) => <OneGroup {...entry} targets={targets} />}
  </Entries>
);

function OneGroup({
  form,
  at,
  alone,
  targets,
  wrong,
  set,
  remove,
}: Entry<GroupForm> & { targets: Targets }): JSX.Element {
  // Where there are several, fields of the same name are told apart by whose they are.
  const n = alone ? '' : ` – ${form.name === '' ? `${say('nowa grupa', 'new group')} ${at + 1}` : form.name}`;
  const after = (end: 'onBusy' | 'onNoAnswer', when: string): JSX.Element => (
    <div class="columns">
      <Place
        label={when}
        when={when.toLowerCase()}
        more={[['unsaid', say('komunikat, dlaczego nikt nie odbiera', 'told why nobody answers')]]}
        place={form[end]}
        set={(now) => set({ [end]: now })}
        wrong={wrong(`${end}.to`, form[end].to)}
        {...{ n, targets }}
      />
    </div>
  );
  return (
    <fieldset>
      <legend>{form.name === '' ? say('Nowa grupa', 'New group') : form.name}</legend>
      <div class="columns">
        <NewName label={say('Nazwa grupy', 'Name of the group')} {...{ form, at, set, wrong }} />
        <Team {...{ form, n, targets, set, wrong }} />
      </div>
      {after('onBusy', say('Gdy wszyscy rozmawiają', 'When all are busy'))}
      {after('onNoAnswer', say('Gdy nikt nie odbierze', 'When nobody answers'))}
      <button type="button" onClick={remove}>
        {say('Usuń grupę', 'Take the group away')}
        {n}
      </button>
    </fieldset>
  );
}
