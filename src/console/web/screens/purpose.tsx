/** The Secretary gives an employee a purpose to hear this one recording for. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { post } from '../api.js';
import { say, when } from '../language.js';
import { may, useMe } from '../me.js';
import { Await, Input, Note, Select } from '../parts/basics.js';
import { ActionForm } from '../parts/form.js';
import { useLoaded, useNames } from '../use.js';
import { purposeNames } from '../words.js';
import type { CallView } from '../../routes/call-views.js';
import type { GivenPurposeView } from '../../routes/given-purposes.js';

export function PurposeGiving({ call }: { call: CallView }): JSX.Element | null {
  const { me } = useMe();
  if (call.phase !== 'recorded' || !may(me, 'purpose.give')) return null;
  return (
    <section class="card" aria-labelledby="purpose">
      <h2 id="purpose">{say('Cel odsłuchu dla pracownika', 'A purpose for an employee')}</h2>
      <Giving call={call.id} />
    </section>
  );
}

interface Conductor {
  readonly id: string;
  readonly name: string;
  readonly authorised: boolean;
}

function Giving({ call }: { call: string }): JSX.Element {
  const [people] = useLoaded<{ people: readonly Conductor[] }>('/conductors');
  const [given, again] = useLoaded<{ given: readonly GivenPurposeView[] }>(`/calls/${call}/purposes`);
  return (
    <>
      <Await of={given} again={again}>
        {({ given: all }) => <Standing all={all} />}
      </Await>
      <Await of={people}>{({ people: all }) => <Form call={call} people={all} again={again} />}</Await>
    </>
  );
}

function Standing({ all }: { all: readonly GivenPurposeView[] }): JSX.Element {
  const nameOf = useNames();
  const purposeOf = (purpose: string): string => purposeNames().find(([one]) => one === purpose)?.[1] ?? purpose;
  if (all.length === 0) return <p class="soft">{say('Nikomu nie wskazano celu.', 'Nobody has one.')}</p>;
  return (
    <ul class="plain">
      {all.map((one) => (
        <li key={one.id}>
          <strong>{nameOf(one.account)}</strong>: {purposeOf(one.purpose)}, {one.reference}, {say('do', 'until')}{' '}
          {when(one.until, 'day')}
        </li>
      ))}
    </ul>
  );
}

function Form({ call, people, again }: { call: string; people: readonly Conductor[]; again: () => void }): JSX.Element {
  const [account, setAccount] = useState(people[0]?.id ?? '');
  const [purpose, setPurpose] = useState('complaint');
  const [reference, setReference] = useState('');
  const [until, setUntil] = useState(() => new Date(Date.now() + 7 * 86_400_000).toLocaleDateString('sv'));
  const send = async (): Promise<void> => {
    const end = new Date(`${until}T23:59:59`).getTime();
    await post(`/calls/${call}/purposes`, { account, purpose, reference, until: end });
    again();
  };
  if (people.length === 0)
    return <Note>{say('Nikt nie ma roli, w której się odsłuchuje.', 'Nobody has a role that hears.')}</Note>;
  return (
    <ActionForm send={send} button={say('Wskaż cel', 'Give it')} tone="plain">
      <div class="columns">
        <Select
          label={say('Pracownik', 'Employee')}
          value={account}
          set={setAccount}
          options={people.map(({ id, name, authorised }): readonly [string, string] => [
            id,
            authorised ? name : `${name} (${say('bez upoważnienia Burmistrza', 'without authorisation')})`,
          ])}
        />
        <Select
          label={say('Cel dla pracownika', 'Purpose for the employee')}
          value={purpose}
          set={setPurpose}
          options={purposeNames()}
        />
        <Input
          label={say('Numer sprawy', 'Number of the case')}
          value={reference}
          set={setReference}
          max={80}
          required
        />
        <Input label={say('Ważny do dnia', 'Valid until')} type="date" value={until} set={setUntil} required />
      </div>
    </ActionForm>
  );
}
