/** The form of Annex 1 as it is entered at the front office, in its own words. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { post } from '../api.js';
import { say } from '../language.js';
import { Check, Input, Note, ProblemNote, Select, Title } from '../parts/basics.js';
import { identityNames } from '../request-words.js';
import { go } from '../router.js';
import { useDoing } from '../use.js';
import type { RequestView } from '../../routes/requests/views.js';

const empty = {
  kind: 'ordinance',
  receivedOn: new Date().toLocaleDateString('sv'),
  name: '',
  street: '',
  postalCode: '',
  town: '',
  electronicDelivery: '',
  identity: 'identity-card',
  number: '',
  spokeWith: '',
  concerns: '',
  purpose: '',
  otherFacts: '',
  /** Who acts for the requester: nobody, an agent, a guardian. */
  as: '',
  agent: '',
  document: '',
};
type Fields = typeof empty;

interface Call {
  readonly on: string;
  readonly time: string;
}
const noCall: Call = { on: '', time: '' };
/** As many as a form may have. */
const MOST_CALLS = 50;

/** Without what was left empty. */
const filled = (all: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(all).filter(([, value]) => value.trim() !== ''));

function bodyOf(fields: Fields, calls: readonly Call[], signed: boolean, statesParticipation: boolean) {
  const { kind, receivedOn, name, identity, as, agent, document } = fields;
  const { street, postalCode, town, electronicDelivery, number, spokeWith, concerns, purpose, otherFacts } = fields;
  return {
    kind,
    receivedOn,
    form: {
      requester: {
        name,
        address: filled({ street, postalCode, town, electronicDelivery }),
        identity: { how: identity },
      },
      ...(as === '' ? {} : { agent: { name: agent, as, document } }),
      ...filled({ number, spokeWith, concerns, purpose, otherFacts }),
      calls: calls.map(({ on, time }) => ({ on, ...filled({ time }) })),
      signed,
      statesParticipation,
    },
  };
}

export const NewRequest = (): JSX.Element => (
  <>
    <Title>{say('Przyjęcie wniosku', 'A request comes in')}</Title>
    <Note>
      {say(
        'Przepisz formularz (załącznik nr 1). Jeśli czegoś w nim brakuje, zostaw pole puste: o uzupełnienie poprosisz w następnym kroku.',
        'Copy the form (Annex 1). Leave empty what it lacks: you ask for that in the next step.',
      )}
    </Note>
    <FormEntry done={({ id }) => go(`/requests/${id}`)} />
  </>
);

function fieldsOf({ kind, receivedOn, form }: RequestView): Fields {
  const { requester, agent, calls: _, signed: __, statesParticipation: ___, attachments: ____, ...rest } = form;
  const texts = { ...rest, ...requester.address };
  const known = Object.entries(texts).filter(([name, value]) => name in empty && typeof value === 'string');
  return {
    ...empty,
    ...Object.fromEntries(known),
    kind,
    receivedOn,
    name: requester.name,
    identity: requester.identity.how,
    as: agent?.as ?? '',
    agent: agent?.name ?? '',
    document: agent?.document ?? '',
  };
}

/** A new request; `of`: one that is completed. */
export function FormEntry({ of, done }: { of?: RequestView; done: (view: RequestView) => void }): JSX.Element {
  const [fields, setFields] = useState(of ? fieldsOf(of) : empty);
  const [calls, setCalls] = useState<readonly Call[]>(
    of ? of.form.calls.map(({ on, time = '' }) => ({ on, time })) : [noCall],
  );
  const [signed, setSigned] = useState(of?.form.signed ?? false);
  const [states, setStates] = useState(of?.form.statesParticipation ?? false);
  const { busy, problem, run } = useDoing();
  const field = (name: keyof Fields) => ({
    value: fields[name],
    set: (value: string) => setFields((before) => ({ ...before, [name]: value })),
  });
  const submit = (event: Event): void => {
    event.preventDefault();
    void run(async () => {
      const body = bodyOf(fields, calls, signed, states);
      done(await post<RequestView>(of ? `/requests/${of.id}/complete` : '/requests', of ? { form: body.form } : body));
    });
  };
  return (
    <form onSubmit={submit} id="form">
      <fieldset>
        <legend>{say('Wniosek', 'Request')}</legend>
        <div class="columns">
          <Select
            label={say('O co wnosi', 'Asks for')}
            {...field('kind')}
            options={[
              ['ordinance', say('odsłuch (§ 2 zarządzenia)', 'to listen (§ 2 of the ordinance)')],
              ['art15', say('kopia danych (art. 15 RODO)', 'a copy (GDPR 15)')],
            ]}
          />
          <Input label={say('Data wpływu', 'Received on')} type="date" {...field('receivedOn')} required />
        </div>
      </fieldset>
      <fieldset>
        <legend>{say('Wnioskodawca', 'Requester')}</legend>
        <div class="columns">
          <Input label={say('Imię i nazwisko', 'Name')} {...field('name')} max={200} required />
          <Select
            label={say('Jak sprawdzono tożsamość', 'Identity checked by')}
            {...field('identity')}
            options={identityNames()}
          />
          <Input label={say('Ulica i numer', 'Street')} {...field('street')} max={200} />
          <Input label={say('Kod pocztowy', 'Postal code')} help="00-000" {...field('postalCode')} max={6} />
          <Input label={say('Miejscowość', 'Town')} {...field('town')} max={100} />
          <Input
            label={say('Adres do e-Doręczeń', 'Electronic delivery')}
            help="AE:PL-12345-67890-ABCDE-12"
            {...field('electronicDelivery')}
            max={40}
          />
          <Select
            label={say('Kto działa za wnioskodawcę', 'Who acts for the requester')}
            {...field('as')}
            options={[
              ['', say('nikt', 'nobody')],
              ['agent', say('pełnomocnik', 'an agent')],
              ['guardian', say('opiekun prawny', 'a guardian')],
            ]}
          />
          {fields.as === '' ? null : (
            <>
              <Input
                label={say('Imię i nazwisko działającego', 'Name of who acts')}
                {...field('agent')}
                max={200}
                required
              />
              <Input
                label={say('Dokument (pełnomocnictwo, orzeczenie)', 'Document (power of attorney, order)')}
                {...field('document')}
                max={300}
                required
              />
            </>
          )}
        </div>
      </fieldset>
      <fieldset>
        <legend>{say('Rozmowa', 'Call')}</legend>
        <div class="columns">
          <Input label={say('Numer telefonu', 'Telephone number')} {...field('number')} inputMode="tel" max={40} />
          <Input label={say('Pracownik albo komórka', 'Employee or unit')} {...field('spokeWith')} max={200} />
        </div>
        <StatedCalls calls={calls} set={setCalls} />
        <Input label={say('Czego dotyczyła rozmowa', 'What it was about')} {...field('concerns')} lines={2} required />
        <Input label={say('Cel odsłuchania', 'Purpose')} {...field('purpose')} lines={2} />
        {fields.kind === 'art15' ? (
          <Input
            label={say(
              'Inne okoliczności, po których można znaleźć rozmowę',
              'Other facts that show which call it was',
            )}
            {...field('otherFacts')}
            lines={2}
          />
        ) : null}
        <Check
          label={say('Wnioskodawca oświadcza, że brał udział w rozmowie', 'The requester states having taken part')}
          checked={states}
          set={setStates}
        />
        <Check label={say('Wniosek jest podpisany', 'The form is signed')} checked={signed} set={setSigned} />
      </fieldset>
      <ProblemNote problem={problem} />
      <p>
        <button type="submit" class="main" disabled={busy}>
          {of ? say('Zapisz uzupełniony wniosek', 'Save the completed form') : say('Przyjmij wniosek', 'Enter it')}
        </button>
      </p>
    </form>
  );
}

/** The calls as the requester states them, one or several. */
function StatedCalls({ calls, set }: { calls: readonly Call[]; set: (calls: readonly Call[]) => void }): JSX.Element {
  const change = (index: number, more: Partial<Call>): void =>
    set(calls.map((one, n) => (n === index ? { ...one, ...more } : one)));
  const label = (text: string, index: number): string => (index === 0 ? text : `${text} (${index + 1})`);
  return (
    <>
      {calls.map((call, index) => (
        <div class="columns" key={index}>
          <Input
            label={label(say('Data rozmowy', 'Date'), index)}
            type="date"
            value={call.on}
            set={(on) => change(index, { on })}
            required
          />
          <Input
            label={label(say('Przybliżona godzina', 'About when'), index)}
            type="time"
            value={call.time}
            set={(time) => change(index, { time })}
          />
          {index === 0 ? null : (
            <button type="button" onClick={() => set(calls.filter((_, n) => n !== index))}>
              {label(say('Usuń rozmowę', 'Take this call away'), index)}
            </button>
          )}
        </div>
      ))}
      {calls.length < MOST_CALLS ? (
        <p>
          <button type="button" onClick={() => set([...calls, noCall])}>
            {say('Dodaj rozmowę', 'Add a call')}
          </button>
        </p>
      ) : null}
    </>
  );
}
