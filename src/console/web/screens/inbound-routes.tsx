/** The office's numbers as a form: each with where its calls go. What is typed is in the draft of the settings at once. */
import type { JSX } from 'preact';
import { say } from '../language.js';
import { Input, Note } from '../parts/basics.js';
import { Entries, type Entry } from '../parts/entries.js';
import { Place } from '../parts/place.js';
import type { Drafting } from '../section-draft.js';
import type { Targets } from '../../../config/place-text.js';
import type { RouteForm } from '../../../config/route-text.js';

interface Given {
  readonly routes: readonly RouteForm[];
  readonly targets: Targets;
  readonly drafting: Drafting;
}

const empty: RouteForm = { name: '', numbers: '', leads: 'handsets', to: '' };

export const InboundRoutes = ({ routes, targets, drafting }: Given): JSX.Element => (
  <Entries
    name="routes"
    title={say('Numery urzędu', "The office's numbers")}
    loaded={routes}
    drafting={drafting}
    fresh={{ form: empty, button: say('Dodaj numer', 'Add a number') }}
    none={
      <Note tone="warn">
        {say('Żaden numer nie prowadzi donikąd: dodaj pierwszy.', 'No number leads anywhere: add the first one.')}
      </Note>
    }
  >
    {(entry) => <OneRoute {...entry} targets={targets} />}
  </Entries>
);

function OneRoute({
  form,
  at,
  alone,
  targets,
  wrong,
  set,
  remove,
}: Entry<RouteForm> & { targets: Targets }): JSX.Element {
  // prettier-ignore
  // Fields of the same name are told apart; a single entry needs no number.
  const n = alone ? '' : ` ${at + 1}`;
  return (
    <fieldset>
      <legend>{form.name === '' ? `${say('Nowy numer', 'New number')}${n}` : form.name}</legend>
      <div class="columns">
        <Input
          label={`${say('Nazwa wpisu', 'Name of the entry')}${n}`}
          help={say('małe litery bez polskich znaków, np. sekretariat', 'small letters, e.g. secretariat')}
          value={form.name}
          set={(name) => set({ name })}
          wrong={wrong('name', form.name)}
          max={32}
        />
        <Input
          label={`${say('Wybierane numery', 'Dialled numbers')}${n}`}
          help={say('kilka po przecinku; 2278360* to wszystkie tak zaczęte, * to każdy inny', 'several with commas; 2278360* is all that begin so, * every other')} // prettier-ignore
          value={form.numbers}
          set={(numbers) => set({ numbers })}
          wrong={wrong('numbers', form.numbers)}
          max={400}
        />
        <Place
          label={say('Dokąd prowadzą', 'Where they lead')}
          place={form}
          n={n}
          targets={targets}
          wrong={wrong('to', form.to)}
          set={({ leads, to }) => set({ leads, to })}
        />
      </div>
      <button type="button" onClick={remove}>
        {say('Usuń wpis', 'Take it away')}
        {n}
      </button>
    </fieldset>
  );
}
