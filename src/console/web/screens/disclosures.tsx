/** Disclosures to authorities: the list, and entering one. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { post } from '../api.js';
import { say, shortDay } from '../language.js';
import { may, useMe } from '../me.js';
import { Await, Check, Input, Mark, Title } from '../parts/basics.js';
import { ActionForm } from '../parts/form.js';
import { Table } from '../parts/table.js';
import { disclosurePhase, disclosureTone, disclosureWait } from '../disclosure-words.js';
import { go } from '../router.js';
import { useLoaded } from '../use.js';
import type { DisclosureRow, DisclosureView } from '../../routes/disclosures.js';

export function DisclosureList(): JSX.Element {
  const { me } = useMe();
  const [loaded, again] = useLoaded<{ disclosures: readonly DisclosureRow[] }>('/disclosures');
  return (
    <>
      <Title>{say('Udostępnienia organom', 'Disclosures to authorities')}</Title>
      {may(me, 'disclosure.prepare') ? (
        <p class="row">
          <a class="button main" href="/disclosures/new">
            {say('Nowe udostępnienie', 'New disclosure')}
          </a>
        </p>
      ) : null}
      <Await of={loaded} again={again}>
        {({ disclosures }) => (
          <section class="card" id="disclosures" aria-label={say('Udostępnienia', 'Disclosures')}>
            {disclosures.length === 0 ? (
              <p>{say('Nie ma żadnego udostępnienia.', 'There are none.')}</p>
            ) : (
              <Rows all={disclosures} />
            )}
          </section>
        )}
      </Await>
    </>
  );
}

const Rows = ({ all }: { all: readonly DisclosureRow[] }): JSX.Element => (
  <Table
    rows={all}
    columns={[
      { name: say('Numer', 'Number'), cell: ({ id, number }) => <a href={`/disclosures/${id}`}>{number}</a> },
      { name: say('Wpłynęło', 'Received'), class: 'numbers', cell: ({ receivedOn }) => shortDay(receivedOn) },
      {
        name: say('Organ', 'Authority'),
        class: 'break',
        cell: ({ authority, confidential }) => (
          <>
            {authority} {confidential ? <Mark tone="warn">{say('poufne', 'confidential')}</Mark> : null}
          </>
        ),
      },
      {
        name: say('Stan', 'State'),
        cell: ({ phase }) => <Mark tone={disclosureTone(phase)}>{disclosurePhase(phase)}</Mark>,
      },
      { name: say('Czeka na mnie', 'Waits for me'), cell: ({ waits }) => (waits ? disclosureWait(waits) : '–') },
    ]}
  />
);

const empty = {
  receivedOn: new Date().toLocaleDateString('sv'),
  authority: '',
  reference: '',
  legalBasis: '',
  scope: '',
  calls: '',
};

export function NewDisclosure({ call }: { call?: string | undefined }): JSX.Element {
  const [fields, setFields] = useState({ ...empty, calls: call ?? '' });
  const [confidential, setConfidential] = useState(false);
  const [binding, setBinding] = useState(true);
  const field = (name: keyof typeof empty) => ({
    value: fields[name],
    set: (value: string) => setFields((before) => ({ ...before, [name]: value })),
  });
  const send = async (): Promise<void> => {
    const calls = fields.calls.split(/[\s,;]+/).filter((one) => one !== '');
    const { id } = await post<DisclosureView>('/disclosures', { ...fields, calls, confidential, binding });
    go(`/disclosures/${id}`);
  };
  return (
    <>
      <Title>{say('Nowe udostępnienie organowi', 'New disclosure to an authority')}</Title>
      <ActionForm send={send} button={say('Zarejestruj udostępnienie', 'Enter the disclosure')} id="form">
        <div class="columns">
          <Input label={say('Organ', 'Authority')} {...field('authority')} max={300} required />
          <Input
            label={say('Znak pisma organu', "The authority's reference")}
            {...field('reference')}
            max={120}
            required
          />
          <Input label={say('Data wpływu', 'Received on')} type="date" {...field('receivedOn')} required />
          <Input
            label={say('Podstawa prawna', 'Legal basis')}
            help={say('np. art. 217 Kodeksu postępowania karnego', 'e.g. article and act')}
            {...field('legalBasis')}
            max={500}
            required
          />
        </div>
        <Input label={say('Zakres', 'Scope')} {...field('scope')} lines={2} required />
        <Input
          label={say('Identyfikatory rozmów (po jednym w wierszu)', 'Ids of the calls (one a line)')}
          help={say(
            'Identyfikator stoi na stronie rozmowy. Nagrania zostaną od razu zabezpieczone.',
            'The id stands on the page of the call. The recordings are held at once.',
          )}
          {...field('calls')}
          lines={3}
          required
        />
        <Check
          label={say(
            'Poufne: widzą je tylko osoby, które w nim działają',
            'Confidential: seen only by those who act in it',
          )}
          checked={confidential}
          set={setConfidential}
        />
        <Check
          label={say(
            'Wiążące żądanie (np. postanowienie sądu albo prokuratora)',
            'A binding order (court, prosecutor)',
          )}
          checked={binding}
          set={setBinding}
        />
      </ActionForm>
    </>
  );
}
