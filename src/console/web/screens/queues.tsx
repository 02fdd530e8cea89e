/** Queues as a form: who takes their calls, what is heard meanwhile, how long and how many may wait. */
import type { JSX } from 'preact';
import { say } from '../language.js';
import { Check, Input } from '../parts/basics.js';
import { Entries, type Entry } from '../parts/entries.js';
import { Named, Place, PromptChoice } from '../parts/place.js';
import { NewName, Team } from '../parts/team.js';
import type { Drafting } from '../section-draft.js';
import type { Targets } from '../../../config/place-text.js';
import type { QueueForm } from '../../../config/queue-text.js';

interface Given {
  readonly queues: readonly QueueForm[];
  readonly targets: Targets;
  readonly drafting: Drafting;
}

/** As the configuration has it where nothing is said. */
const empty: QueueForm = {
  name: '',
  members: '',
  strategy: 'longest-idle',
  ring: '20',
  rest: '5',
  music: 'waiting',
  welcome: 'please-wait',
  announce: '45',
  sayWait: true,
  maxWait: '10',
  maxLength: '20',
  overflow: { leads: 'announce', to: 'queue-full' },
};

export const Queues = ({ queues, targets, drafting }: Given): JSX.Element => (
  <Entries
    name="queues"
    title={say('Kolejki', 'Queues')}
    loaded={queues}
    drafting={drafting}
    fresh={{ form: empty, button: say('Dodaj kolejkę', 'Add a queue') }}
  >
    {(entry) => <OneQueue {...entry} targets={targets} />}
  </Entries>
);

type Props = Entry<QueueForm> & { readonly targets: Targets };

function OneQueue(props: Props): JSX.Element {
  const { form, at, alone, targets, wrong, set, remove } = props;
  // Where there are several, fields of the same name are told apart by whose they are.
  const n = alone ? '' : ` – ${form.name === '' ? `${say('nowa kolejka', 'new queue')} ${at + 1}` : form.name}`;
  return (
    <fieldset>
      <legend>{form.name === '' ? say('Nowa kolejka', 'New queue') : form.name}</legend>
      <div class="columns">
        <NewName label={say('Nazwa kolejki', 'Name of the queue')} {...{ form, at, set, wrong }} />
        <Team {...{ form, n, targets, set, wrong }} />
        <Input
          label={`${say('Przerwa po rozmowie (w sekundach)', 'Rest after a call (seconds)')}${n}`}
          value={form.rest}
          set={(rest) => set({ rest })}
          wrong={wrong('rest', form.rest)}
          inputMode="numeric"
          max={5}
        />
      </div>
      <Heard {...props} n={n} />
      <Limits {...props} n={n} />
      <button type="button" onClick={remove}>
        {say('Usuń kolejkę', 'Take the queue away')}
        {n}
      </button>
    </fieldset>
  );
}

const Heard = ({ form, n, targets, set, wrong }: Props & { n: string }): JSX.Element => (
  <>
    <div class="columns">
      <PromptChoice
        label={`${say('Komunikat na początku', 'Announcement at the beginning')}${n}`}
        names={targets.announce}
        none={say('żaden', 'none')}
        value={form.welcome}
        set={(welcome) => set({ welcome })}
        wrong={wrong('welcome', form.welcome)}
      />
      <Named
        label={`${say('Muzyka', 'Music')}${n}`}
        names={targets.music}
        value={form.music}
        set={(music) => set({ music })}
        wrong={wrong('music', form.music)}
      />
      <Input
        label={`${say('Co ile sekund mówić, który jest w kolejce', 'How often the place is told (seconds)')}${n}`}
        help={say('0: nigdy', '0: never')}
        value={form.announce}
        set={(announce) => set({ announce })}
        wrong={wrong('announce', form.announce)}
        inputMode="numeric"
        max={5}
      />
    </div>
    <Check
      label={`${say('Mówić też, ile jeszcze trzeba czekać', 'Tell the estimated wait too')}${n}`}
      checked={form.sayWait}
      set={(sayWait) => set({ sayWait })}
    />
  </>
);

const Limits = ({ form, n, targets, set, wrong }: Props & { n: string }): JSX.Element => (
  <>
    <div class="columns">
      <Input
        label={`${say('Najdłuższe czekanie (w minutach)', 'Longest wait (minutes)')}${n}`}
        value={form.maxWait}
        set={(maxWait) => set({ maxWait })}
        wrong={wrong('maxWait', form.maxWait)}
        inputMode="numeric"
        max={5}
      />
      <Input
        label={`${say('Ile osób może czekać', 'How many may wait')}${n}`}
        value={form.maxLength}
        set={(maxLength) => set({ maxLength })}
        wrong={wrong('maxLength', form.maxLength)}
        inputMode="numeric"
        max={3}
      />
    </div>
    <div class="columns">
      <Place
        label={say('Gdy czeka zbyt długo albo zbyt wielu', 'When it takes too long, or too many wait')}
        when={say('zbyt długo albo zbyt wielu', 'too long or too many')}
        place={form.overflow}
        set={({ leads, to }) => set({ overflow: { leads, to } })}
        wrong={wrong('overflow.to', form.overflow.to)}
        {...{ n, targets }}
      />
    </div>
  </>
);
