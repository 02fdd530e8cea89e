/** The office's numbers as a form: each with where its calls go. What is typed is in the draft of the settings at once. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { say } from '../language.js';
import { Input, Note, ProblemNote, Select } from '../parts/basics.js';
import { ChangedByHand } from '../parts/unsaved.js';
import { useSectionDraft, type Drafting, type SectionDraft } from '../section-draft.js';
import type { Leads, RouteForm, RouteTargets } from '../../../config/route-text.js';

interface Given {
  readonly routes: readonly RouteForm[];
  readonly targets: RouteTargets;
  readonly drafting: Drafting;
}

/** Keys tell the forms apart while they come and go. */
type Keyed = RouteForm & { readonly key: number };

const plainOf = (all: readonly Keyed[]): RouteForm[] => all.map(({ key: _key, ...form }) => form);

export function InboundRoutes({ routes, targets, drafting }: Given): JSX.Element {
  const [forms, setForms] = useState<readonly Keyed[]>(() => routes.map((one, key) => ({ ...one, key })));
  const [next, setNext] = useState(routes.length);
  const draft = useSectionDraft('/routing/routes', { routes: plainOf(forms) }, { routes }, drafting);
  const add = (): void => {
    setForms([...forms, { key: next, name: '', numbers: '', leads: 'handsets', to: '' }]);
    setNext(next + 1);
  };
  return (
    <section class="card" aria-labelledby="routes">
      <h2 id="routes">{say('Numery urzędu', "The office's numbers")}</h2>
      {drafting.byHand ? (
        <ChangedByHand />
      ) : (
        <>
          {forms.length === 0 ? (
            <Note tone="warn">
              {say('Żaden numer nie prowadzi donikąd: dodaj pierwszy.', 'No number leads anywhere: add the first one.')}
            </Note>
          ) : null}
          {forms.map((form, index) => (
            <OneRoute
              key={form.key}
              form={form}
              at={index}
              alone={forms.length === 1}
              targets={targets}
              wrong={draft.wrong}
              set={(more) => setForms(forms.map((one) => (one.key === form.key ? { ...one, ...more } : one)))}
              remove={() => setForms(forms.filter(({ key }) => key !== form.key))}
            />
          ))}
          <p>
            <button type="button" onClick={add}>
              {say('Dodaj numer', 'Add a number')}
            </button>
          </p>
        </>
      )}
      <ProblemNote problem={draft.problem} again={draft.again} />
    </section>
  );
}

interface RouteProps {
  readonly form: RouteForm;
  readonly at: number;
  readonly alone: boolean;
  readonly targets: RouteTargets;
  readonly wrong: SectionDraft['wrong'];
  readonly set: (more: Partial<RouteForm>) => void;
  readonly remove: () => void;
}

function OneRoute({ form, at, alone, targets, wrong, set, remove }: RouteProps): JSX.Element {
  // Fields of the same name are told apart; a single entry needs no number.
  const n = alone ? '' : ` ${at + 1}`;
  const wrongIn = (field: 'name' | 'numbers' | 'to'): string | undefined => wrong(`routes.${at}.${field}`, form[field]);
  return (
    <fieldset>
      <legend>{form.name === '' ? `${say('Nowy numer', 'New number')}${n}` : form.name}</legend>
      <div class="columns">
        <Input
          label={`${say('Nazwa wpisu', 'Name of the entry')}${n}`}
          help={say('małe litery bez polskich znaków, np. sekretariat', 'small letters, e.g. secretariat')}
          value={form.name}
          set={(name) => set({ name })}
          wrong={wrongIn('name')}
          max={32}
        />
        <Input
          label={`${say('Wybierane numery', 'Dialled numbers')}${n}`}
          help={say('kilka po przecinku; 2278360* to wszystkie tak zaczęte, * to każdy inny', 'several with commas; 2278360* is all that begin so, * every other')} // prettier-ignore
          value={form.numbers}
          set={(numbers) => set({ numbers })}
          wrong={wrongIn('numbers')}
          max={400}
        />
        <Select
          label={`${say('Dokąd prowadzą', 'Where they lead')}${n}`}
          value={form.leads}
          set={(leads) => set({ leads: leads as Leads, to: '' })}
          options={kindsFor(form.leads)}
        />
        <Target form={form} n={n} targets={targets} wrong={wrongIn('to')} set={(to) => set({ to })} />
      </div>
      <button type="button" onClick={remove}>
        {say('Usuń wpis', 'Take it away')}
        {n}
      </button>
    </fieldset>
  );
}

const kindNames = (): Readonly<Record<Leads, string>> => ({
  handsets: say('aparaty', 'handsets'),
  hours: say('godziny pracy', 'opening hours'),
  group: say('grupa aparatów', 'group of handsets'),
  queue: say('kolejka', 'queue'),
  menu: say('zapowiedź z wyborem', 'menu'),
  number: say('numer na zewnątrz', 'number outside'),
  other: say('jak zapisano w pliku', 'as the file has it'),
});

/** What the form cannot say is offered only where it stands already. */
export const kindsFor = (now: string): [string, string][] =>
  Object.entries(kindNames()).filter(([kind]) => kind !== 'other' || now === 'other');

const whichNames = (): Readonly<Record<Exclude<Leads, 'handsets' | 'number' | 'other'>, string>> => ({
  hours: say('Które godziny pracy', 'Which hours'),
  group: say('Która grupa', 'Which group'),
  queue: say('Która kolejka', 'Which queue'),
  menu: say('Która zapowiedź', 'Which menu'),
});

interface TargetProps {
  readonly form: Pick<RouteForm, 'leads' | 'to'>;
  /** Which entry, where there are several: ` 2`. */
  readonly n: string;
  readonly targets: RouteTargets;
  readonly wrong: string | undefined;
  readonly set: (to: string) => void;
}

export function Target({ form: { leads, to }, n, targets, wrong, set }: TargetProps): JSX.Element | null {
  if (leads === 'other') return null;
  if (leads === 'handsets')
    return (
      <Input
        label={`${say('Numery wewnętrzne', 'Extensions')}${n}`}
        help={`${say('kilka po przecinku; są:', 'several with commas; there are:')} ${targets.handsets.slice(0, 12).join(', ')}`}
        value={to}
        set={set}
        wrong={wrong}
        max={200}
      />
    );
  if (leads === 'number')
    return (
      <Input label={`${say('Numer na zewnątrz', 'Number outside')}${n}`} value={to} set={set} wrong={wrong} inputMode="tel" max={40} /> // prettier-ignore
    );
  const names: [string, string][] = [['', say('wybierz', 'choose')], ...targets[leads].map((one): [string, string] => [one, one])]; // prettier-ignore
  return <Select label={`${whichNames()[leads]}${n}`} value={to} set={set} wrong={wrong} options={names} />;
}
