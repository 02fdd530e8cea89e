/** Where a call goes next, in a form: what kind of place, and which. */
import type { JSX } from 'preact';
import { say } from '../language.js';
import { promptName } from '../prompt-words.js';
import { Input, Select } from './basics.js';
import type { Leads, PlaceForm, Targets } from '../../../config/place-text.js';

type Kind = Leads | 'unsaid';
type Option = readonly [value: string, label: string];

const kindNames = (): Readonly<Record<Leads, string>> => ({
  handsets: say('aparaty', 'handsets'),
  hours: say('godziny pracy', 'opening hours'),
  group: say('grupa aparatów', 'group of handsets'),
  queue: say('kolejka', 'queue'),
  menu: say('zapowiedź z wyborem', 'menu'),
  number: say('numer na zewnątrz', 'number outside'),
  announce: say('komunikat i koniec rozmowy', 'an announcement, and the end'),
  hangUp: say('koniec rozmowy', 'the end of the call'),
});

const whichNames = (): Readonly<Record<Exclude<Leads, 'handsets' | 'number' | 'hangUp'>, string>> => ({
  hours: say('Które godziny pracy', 'Which hours'),
  group: say('Która grupa', 'Which group'),
  queue: say('Która kolejka', 'Which queue'),
  menu: say('Która zapowiedź', 'Which menu'),
  announce: say('Który komunikat', 'Which announcement'),
});

/** What may be chosen, and what stands there although it is not there any more. */
const chosenOf = (names: readonly string[], now: string, label: (name: string) => string): Option[] =>
  [...names, ...(now === '' || names.includes(now) ? [] : [now])].map((one) => [one, label(one)]);

interface NamedProps {
  readonly label: string;
  readonly names: readonly string[];
  readonly value: string;
  readonly set: (value: string) => void;
  readonly wrong: string | undefined;
  /** What nothing chosen says. */
  readonly none?: string;
}

const asNamed = (name: string): string => name;

/** One of those that have names. */
export const Named = ({ names, none, value, ...rest }: NamedProps): JSX.Element => (
  <Select
    {...rest}
    value={value}
    options={[['', none ?? say('wybierz', 'choose')], ...chosenOf(names, value, asNamed)]}
  />
);

/** An announcement. */
export const PromptChoice = ({ names, none, value, ...rest }: NamedProps): JSX.Element => (
  <Select
    {...rest}
    value={value}
    options={[['', none ?? say('wybierz', 'choose')], ...chosenOf(names, value, promptName)]}
  />
);

export const whichHandsets = ({ handsets }: Targets): string =>
  `${say('kilka po przecinku; są:', 'several with commas; there are:')} ${handsets.slice(0, 12).join(', ')}`;

interface WhichProps {
  readonly place: { readonly leads: Kind; readonly to: string };
  /** Whose field it is, to tell those of one name apart: ` – biuro`. */
  readonly n: string;
  readonly targets: Targets;
  readonly wrong: string | undefined;
  readonly set: (to: string) => void;
}

function Which({ place: { leads, to }, n, targets, wrong, set }: WhichProps): JSX.Element | null {
  if (leads === 'hangUp' || leads === 'unsaid') return null;
  const rest = { value: to, set, wrong };
  if (leads === 'handsets')
    return (
      <Input
        label={`${say('Numery wewnętrzne', 'Extensions')}${n}`}
        help={whichHandsets(targets)}
        max={200}
        {...rest}
      />
    );
  if (leads === 'number')
    return <Input label={`${say('Numer na zewnątrz', 'Number outside')}${n}`} inputMode="tel" max={40} {...rest} />;
  const label = `${whichNames()[leads]}${n}`;
  if (leads === 'announce') return <PromptChoice label={label} names={targets.announce} {...rest} />;
  return <Named label={label} names={targets[leads]} {...rest} />;
}

interface PlaceProps<Place> extends Omit<WhichProps, 'set' | 'place'> {
  readonly label: string;
  /** What the second field's label has beside `n`: `(nikt nie odbierze)`. */
  readonly when?: string;
  readonly place: Place;
  readonly set: (place: Place) => void;
  /** A kind that only this place has, first. */
  readonly more?: readonly Option[];
}

/** Two fields: the second as the first wants it. */
export function Place<P extends { readonly leads: Kind; readonly to: string } = PlaceForm>({
  label,
  when,
  place,
  set,
  more = [],
  n,
  ...rest
}: PlaceProps<P>): JSX.Element {
  return (
    <>
      <Select
        label={`${label}${n}`}
        value={place.leads}
        set={(leads) => set({ ...place, leads: leads as Kind, to: '' })}
        options={[...more, ...Object.entries(kindNames())]}
      />
      <Which
        {...rest}
        place={place}
        n={`${when === undefined ? '' : ` (${when})`}${n}`}
        set={(to) => set({ ...place, to })}
      />
    </>
  );
}
