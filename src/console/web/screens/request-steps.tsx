/** The steps that are open to whoever looks, as plain forms. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { post } from '../api.js';
import { length, say, when } from '../language.js';
import { Await, Check, Input, Select } from '../parts/basics.js';
import { ActionForm } from '../parts/form.js';
import { gapName } from '../request-words.js';
import { useLoaded } from '../use.js';
import { Parties, RecordingMarks } from './calls.js';
import { ApproveCopy } from './request-copy.js';
import { Opinion } from './request-opinion.js';
import { directionName } from './today.js';
import type { CallRow } from '../../routes/call-views.js';
import type { RequestView } from '../../routes/requests/views.js';

type Values = Readonly<Record<string, string>>;
type Options = readonly (readonly [string, string])[];

interface FieldOf {
  readonly name: string;
  readonly label: string;
  readonly kind?: 'date' | 'datetime-local';
  readonly options?: Options;
  /** May be left empty. */
  readonly free?: true;
}

interface Form {
  readonly title: string;
  readonly button: string;
  readonly fields: readonly FieldOf[];
  readonly danger?: true;
}

const text = (name: string, label: string): FieldOf => ({ name, label });

function forms(): Readonly<Record<string, Form>> {
  return {
    reject: {
      title: say('Pozostaw bez rozpoznania', 'Leave it without consideration'),
      button: say('Pozostaw bez rozpoznania', 'Leave it'),
      danger: true,
      fields: [
        {
          name: 'why',
          label: say('Dlaczego', 'Why'),
          options: [
            ['number-withheld', say('numer był zastrzeżony (§ 2 ust. 7)', 'the number was withheld')],
            ['not-a-participant', say('nie brał udziału w rozmowie', 'took no part in the call')],
          ],
        },
        text('note', say('Wyjaśnienie do pisma', 'Explanation for the letter')),
      ],
    },
    answer: {
      title: say('Odpowiedz, że nie ma nagrania', 'Answer that there is no recording'),
      button: say('Przygotuj odpowiedź', 'Answer'),
      fields: [
        {
          name: 'why',
          label: say('Dlaczego', 'Why'),
          options: [
            ['none-found', say('nie znaleziono rozmowy', 'no such call')],
            ['not-recorded', say('rozmowy nie nagrano', 'it was not recorded')],
            ['evicted', say('nagranie usunięto po terminie', 'its term was over')],
          ],
        },
        text('facts', say('Co ustalono', 'What was found')),
      ],
    },
    'go-on': {
      title: say('Podejmij sprawę bez brakującej opinii', 'Go on without the opinion'),
      button: say('Idź dalej', 'Go on'),
      fields: [text('reason', say('Powód', 'Reason'))],
    },
    refuse: {
      title: say('Odmowa', 'Refusal'),
      button: say('Odmów', 'Refuse'),
      danger: true,
      fields: [text('reasons', say('Uzasadnienie (§ 2 ust. 5)', 'Reasons (§ 2.5)'))],
    },
    revoke: {
      title: say('Cofnięcie zgody', 'Take the approval back'),
      button: say('Cofnij zgodę', 'Take it back'),
      danger: true,
      fields: [text('reasons', say('Uzasadnienie', 'Reasons'))],
    },
    'no-show': {
      title: say('Wnioskodawca nie przyszedł', 'The requester did not come'),
      button: say('Odnotuj niestawienie', 'Note it'),
      fields: [],
    },
    close: {
      title: say('Zakończenie sprawy', 'Close the case'),
      button: say('Zakończ sprawę', 'Close'),
      fields: [text('note', say('Uwagi do pisma', 'Note for the letter'))],
    },
    reopen: {
      title: say('Wznowienie sprawy', 'Reopen'),
      button: say('Wznów', 'Reopen'),
      fields: [
        {
          name: 'to',
          label: say('Do jakiego etapu', 'To which state'),
          options: [
            ['received', say('od przyjęcia wniosku', 'from its receipt')],
            ['decision', say('do ponownej decyzji', 'to a new decision')],
          ],
        },
        {
          name: 'ground',
          label: say('Na podstawie', 'By'),
          options: [
            ['complaint', say('skargi', 'a complaint')],
            ['authority', say('pisma organu nadzorczego', 'the supervisory authority')],
            ['court', say('orzeczenia sądu', 'a court')],
          ],
        },
        text('document', say('Numer pisma', "The document's number")),
      ],
    },
    'extend-term': {
      title: say('Przedłużenie terminu o dwa miesiące', 'Extend the term by two months'),
      button: say('Przedłuż', 'Extend'),
      fields: [text('reason', say('Powód', 'Reason'))],
    },
    'enter-case-sign': {
      title: say('Znak sprawy', 'Case sign'),
      button: say('Wpisz znak sprawy', 'Enter it'),
      fields: [text('caseSign', say('Znak sprawy (JRWA)', 'Case sign'))],
    },
    withdraw: {
      title: say('Wycofanie wniosku', 'Withdrawal'),
      button: say('Wycofaj na prośbę wnioskodawcy', 'Withdraw it'),
      danger: true,
      fields: [text('how', say('Jak wnioskodawca wycofał wniosek', 'How the requester withdrew it'))],
    },
    'hand-over-copy': {
      title: say('Wydanie kopii', 'Handing over the copy'),
      button: say('Odnotuj wydanie kopii', 'Note it'),
      fields: [text('how', say('Komu i jak wydano', 'To whom and how'))],
    },
  };
}

/** The order in which they are offered. */
const order = ['match', 'ask-completion', 'give-opinion', 'go-on', 'approve-copy', 'approve', 'new-date', 'change-date', 'reject', 'answer', 'refuse', 'revoke', 'no-show', 'close', 'hand-over-copy', 'reopen', 'extend-term', 'enter-case-sign', 'withdraw']; // prettier-ignore
const first: ReadonlySet<string> = new Set([
  'match',
  'give-opinion',
  'approve',
  'approve-copy',
  'new-date',
  'go-on',
  'hand-over-copy',
]);

interface StepProps {
  readonly view: RequestView;
  readonly done: (view: RequestView) => void;
}

export function Steps({ view, done }: StepProps): JSX.Element | null {
  const open = order.filter((name) => view.open.includes(name));
  if (open.length === 0) return null;
  return (
    <section class="card no-print" aria-labelledby="steps">
      <h2 id="steps">{say('Co można zrobić', 'What you can do')}</h2>
      {open.map((name) => (
        <details class="fold" key={name} open={isFirst(name, view)}>
          <summary>{titleOf(name, view)}</summary>
          <OneStep name={name} view={view} done={done} />
        </details>
      ))}
    </section>
  );
}

/** What one has most likely come for: it is unfolded. */
const isFirst = (name: string, view: RequestView): boolean =>
  first.has(name) &&
  view.waits !== undefined &&
  !isRematch(name, view) &&
  !(name === 'approve' && view.kind === 'art15');

/** Not what one comes for: the old holds go, and opinions are asked anew. */
const isRematch = (name: string, { state }: RequestView): boolean => name === 'match' && state.phase !== 'received';

function titleOf(name: string, view: RequestView): string {
  if (isRematch(name, view)) return say('Dopasuj ponownie', 'Match again');
  if (name === 'match') return say('Wskaż rozmowę', 'Say which call it is');
  if (name === 'approve-copy') return say('Zgoda na kopię', 'Approve a copy');
  if (name === 'give-opinion') return say('Opinia', 'Opinion');
  if (name === 'ask-completion') return say('Wezwij do uzupełnienia', 'Ask for completion');
  if (name === 'approve') return say('Wyraź zgodę i wyznacz termin', 'Approve and set the date');
  if (name === 'change-date') return say('Zmień termin', 'Change the date');
  if (name === 'new-date') return say('Wyznacz nowy termin', 'Set a new date');
  return forms()[name]?.title ?? name;
}

function OneStep({ name, view, done }: StepProps & { name: string }): JSX.Element {
  if (name === 'match') return <Match view={view} done={done} />;
  if (name === 'approve-copy') return <ApproveCopy view={view} done={done} />;
  if (name === 'give-opinion') return <Opinion key={view.opinions.length} view={view} done={done} />;
  if (name === 'ask-completion') return <AskCompletion view={view} done={done} />;
  if (['approve', 'change-date', 'new-date'].includes(name)) return <Appoint name={name} view={view} done={done} />;
  const form = forms()[name];
  return form ? <PlainStep name={name} form={form} view={view} done={done} /> : <></>;
}

function PlainStep({ name, form, view, done }: StepProps & { name: string; form: Form }): JSX.Element {
  const start = form.fields.map((field): [string, string] => [field.name, field.options?.[0]?.[0] ?? '']);
  const [values, setValues] = useState<Values>(() => Object.fromEntries(start));
  const send = async (): Promise<void> => done(await post<RequestView>(`/requests/${view.id}/${name}`, values));
  return (
    <ActionForm send={send} button={form.button} {...(form.danger ? { tone: 'danger' } : {})}>
      {form.fields.map(({ name: key, label, options }) => {
        const set = (value: string): void => setValues((before) => ({ ...before, [key]: value }));
        const value = values[key] ?? '';
        return options ? (
          <Select key={key} label={label} value={value} set={set} options={options} />
        ) : (
          <Input key={key} label={label} value={value} set={set} lines={2} required />
        );
      })}
    </ActionForm>
  );
}

function Match({ view, done }: StepProps): JSX.Element {
  const [wide, setWide] = useState(false);
  const [loaded, again] = useLoaded<{ calls: readonly CallRow[] }>(
    `/requests/${view.id}/candidates${wide ? '?wide=true' : ''}`,
  );
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [participation, setParticipation] = useState('');
  const send = async (): Promise<void> =>
    done(await post(`/requests/${view.id}/match`, { calls: chosen, participation }));
  const toggle = (id: string, on: boolean): void =>
    setChosen((before) => (on ? [...before, id] : before.filter((one) => one !== id)));
  return (
    <ActionForm
      send={send}
      button={say('Wskaż rozmowę i poproś o opinie', 'Name the call and ask for opinions')}
      off={chosen.length === 0}
    >
      <p>
        {say(
          'Rozmowy z dni podanych we wniosku, z podanego numeru. Nagrania wskazanych rozmów zostaną zabezpieczone.',
          'Calls of the days and of the number on the form. The recordings of those you name are held.',
        )}{' '}
        {isRematch('match', view)
          ? say(
              'Dotychczasowe zabezpieczenia zostaną zwolnione, a opinie wydane od nowa.',
              'The holds until now are released, and opinions are asked anew.',
            )
          : ''}
      </p>
      <Check
        label={say('Pokaż wszystkie rozmowy z tych dni', 'Show all calls of those days')}
        checked={wide}
        set={setWide}
      />
      <Await of={loaded} again={again}>
        {({ calls }) =>
          calls.length === 0 ? (
            <p role="status">{say('Nie znaleziono rozmowy.', 'No call was found.')}</p>
          ) : (
            <fieldset>
              <legend>{say('Której rozmowy dotyczy wniosek', 'Which call it is about')}</legend>
              {calls.map((call) => (
                <Candidate
                  key={call.id}
                  call={call}
                  checked={chosen.includes(call.id)}
                  set={(on) => toggle(call.id, on)}
                />
              ))}
            </fieldset>
          )
        }
      </Await>
      <Input
        label={say('Jak sprawdzono udział w rozmowie', 'How the taking part was checked')}
        help={say('Sam numer telefonu nie wystarcza.', 'The number alone proves nothing.')}
        value={participation}
        set={setParticipation}
        lines={2}
        required
      />
    </ActionForm>
  );
}

/** A call that it may be, with all that tells it from others. */
const Candidate = ({
  call,
  checked,
  set,
}: {
  call: CallRow;
  checked: boolean;
  set: (on: boolean) => void;
}): JSX.Element => (
  <label class="choice candidate">
    <input type="checkbox" checked={checked} onChange={(event) => set(event.currentTarget.checked)} />
    <span>
      <strong class="numbers">{when(call.startedAt)}</strong>, {directionName(call.direction)},{' '}
      {call.talkMs === undefined ? say('bez rozmowy', 'nobody talked') : length(call.talkMs)}
      <Parties of={call} />
    </span>
    <span>
      <RecordingMarks call={call} />
    </span>
  </label>
);

function AskCompletion({ view, done }: StepProps): JSX.Element {
  const [missing, setMissing] = useState<readonly string[]>(view.gaps);
  const [note, setNote] = useState('');
  const [until, setUntil] = useState(() => new Date(Date.now() + 14 * 86_400_000).toLocaleDateString('sv'));
  const send = async (): Promise<void> =>
    done(await post(`/requests/${view.id}/ask-completion`, { gaps: missing, note, until }));
  const all = ['address', 'signature', 'statement', 'purpose', 'number', 'date', 'power-of-attorney'];
  return (
    <ActionForm send={send} button={say('Przygotuj wezwanie', 'Make the letter')} off={missing.length === 0}>
      <fieldset>
        <legend>{say('Czego brakuje', 'What is missing')}</legend>
        {all.map((gap) => (
          <Check
            key={gap}
            label={gapName(gap)}
            checked={missing.includes(gap)}
            set={(on) => setMissing((before) => (on ? [...before, gap] : before.filter((one) => one !== gap)))}
          />
        ))}
      </fieldset>
      <Input label={say('Uzupełnić do dnia', 'To be completed by')} type="date" value={until} set={setUntil} required />
      <Input label={say('Uwagi do pisma', 'Note for the letter')} value={note} set={setNote} lines={2} />
    </ActionForm>
  );
}

interface Conductor {
  readonly id: string;
  readonly name: string;
  readonly authorised: boolean;
}

function Appoint({ name, view, done }: StepProps & { name: string }): JSX.Element {
  const [loaded, again] = useLoaded<{ people: readonly Conductor[] }>('/conductors');
  const [at, setAt] = useState('');
  const [place, setPlace] = useState('');
  const [present, setPresent] = useState<readonly string[]>([]);
  const send = async (): Promise<void> => {
    const appointment = { at: new Date(at).getTime(), place, present };
    done(await post(`/requests/${view.id}/${name}`, { appointment }));
  };
  return (
    <ActionForm
      send={send}
      button={say('Zapisz termin i przygotuj zawiadomienie', 'Set the date and make the notice')}
      off={present.length === 0}
    >
      <div class="columns">
        <Input
          label={say('Dzień i godzina odsłuchu', 'Date and time')}
          type="datetime-local"
          value={at}
          set={setAt}
          required
        />
        <Input label={say('Miejsce', 'Place')} value={place} set={setPlace} max={200} required />
      </div>
      <Await of={loaded} again={again}>
        {({ people }) => (
          <fieldset>
            <legend>{say('Kto będzie obecny (co najmniej jedna osoba)', 'Who is present (at least one)')}</legend>
            {people.map((one) => (
              <Check
                key={one.id}
                label={
                  one.authorised
                    ? one.name
                    : `${one.name} (${say('bez upoważnienia Burmistrza', 'without authorisation')})`
                }
                checked={present.includes(one.id)}
                set={(on) => setPresent((before) => (on ? [...before, one.id] : before.filter((id) => id !== one.id)))}
              />
            ))}
          </fieldset>
        )}
      </Await>
    </ActionForm>
  );
}
