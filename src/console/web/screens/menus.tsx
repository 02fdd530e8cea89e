/** Menus as a form: what is said, where each key leads, and where a call goes whose caller presses none of them. */
import type { JSX } from 'preact';
import { say } from '../language.js';
import { Input, Select } from '../parts/basics.js';
import { Entries, type Entry } from '../parts/entries.js';
import { Place, PromptChoice } from '../parts/place.js';
import { NewName } from '../parts/team.js';
import type { Drafting } from '../section-draft.js';
import type { KeyForm, MenuForm } from '../../../config/menu-text.js';
import type { Targets } from '../../../config/place-text.js';

interface Given {
  readonly menus: readonly MenuForm[];
  readonly targets: Targets;
  readonly drafting: Drafting;
}

const allKeys: readonly KeyForm['key'][] = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '0', '*', '#'];
const nowhere = { leads: 'handsets', to: '' } as const;
/** As the configuration has it where nothing is said. */
const empty: MenuForm = {
  name: '',
  say: 'menu',
  keys: [{ key: '1', ...nowhere }],
  wait: '5',
  times: '3',
  otherwise: nowhere,
};

export const Menus = ({ menus, targets, drafting }: Given): JSX.Element => (
  <Entries
    name="menus"
    title={say('Zapowiedzi z wyborem klawiszem', 'Menus')}
    loaded={menus}
    drafting={drafting}
    fresh={{ form: empty, button: say('Dodaj zapowiedź', 'Add a menu') }}
  >
    {(entry) => <OneMenu {...entry} targets={targets} />}
  </Entries>
);

type Props = Entry<MenuForm> & { readonly targets: Targets };

function OneMenu(props: Props): JSX.Element {
  const { form, at, alone, targets, wrong, set, remove } = props;
  // Where there are several, fields of the same name are told apart by whose they are.
  const n = alone ? '' : ` – ${form.name === '' ? `${say('nowa zapowiedź', 'new menu')} ${at + 1}` : form.name}`;
  return (
    <fieldset>
      <legend>{form.name === '' ? say('Nowa zapowiedź', 'New menu') : form.name}</legend>
      <div class="columns">
        <NewName label={say('Nazwa zapowiedzi', 'Name of the menu')} {...{ form, at, set, wrong }} />
        <PromptChoice
          label={`${say('Co słyszy dzwoniący', 'What the caller hears')}${n}`}
          names={targets.announce}
          value={form.say}
          set={(prompt) => set({ say: prompt })}
          wrong={wrong('say', form.say)}
        />
      </div>
      <Keys {...props} n={n} />
      <div class="columns">
        <Input
          label={`${say('Ile sekund czekać na klawisz', 'How long to wait for a key (seconds)')}${n}`}
          value={form.wait}
          set={(wait) => set({ wait })}
          wrong={wrong('wait', form.wait)}
          inputMode="numeric"
          max={5}
        />
        <Input
          label={`${say('Ile razy powiedzieć', 'How often it is said')}${n}`}
          value={form.times}
          set={(times) => set({ times })}
          wrong={wrong('times', form.times)}
          inputMode="numeric"
          max={1}
        />
      </div>
      <div class="columns">
        <Place
          label={say('Gdy nie naciśnie żadnego z tych klawiszy', 'When none of these keys is pressed')}
          when={say('bez klawisza', 'without a key')}
          place={form.otherwise}
          set={({ leads, to }) => set({ otherwise: { leads, to } })}
          wrong={wrong('otherwise.to', form.otherwise.to)}
          {...{ n, targets }}
        />
      </div>
      <button type="button" onClick={remove}>
        {say('Usuń zapowiedź', 'Take the menu away')}
        {n}
      </button>
    </fieldset>
  );
}

function Keys({ form: { keys }, n, targets, set, wrong }: Props & { n: string }): JSX.Element {
  const change = (at: number, now: KeyForm): void => set({ keys: keys.map((one, m) => (m === at ? now : one)) });
  const free = allKeys.find((key) => keys.every((one) => one.key !== key));
  return (
    <>
      {keys.map((one, at) => (
        <div class="columns narrow" key={at}>
          <Select
            label={`${say('Klawisz', 'Key')} ${at + 1}${n}`}
            value={one.key}
            set={(key) => change(at, { ...one, key: key as KeyForm['key'] })}
            wrong={wrong(`keys.${at}.key`, one.key)}
            options={allKeys.map((key) => [key, key])}
          />
          <Place
            label={`${say('Dokąd prowadzi klawisz', 'Where key leads:')} ${one.key}`}
            when={`${say('klawisz', 'key')} ${one.key}`}
            place={one}
            set={({ leads, to }) => change(at, { ...one, leads, to })}
            wrong={wrong(`keys.${at}.to`, one.to)}
            {...{ n, targets }}
          />
          {keys.length === 1 ? null : (
            <button type="button" onClick={() => set({ keys: keys.filter((_, m) => m !== at) })}>
              {say('Usuń klawisz', 'Take key away:')} {one.key}
              {n}
            </button>
          )}
        </div>
      ))}
      {free === undefined ? null : (
        <p>
          <button type="button" onClick={() => set({ keys: [...keys, { key: free, ...nowhere }] })}>
            {say('Dodaj klawisz', 'Add a key')}
            {n}
          </button>
        </p>
      )}
    </>
  );
}
