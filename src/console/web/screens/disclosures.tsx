/** Disclosures to authorities: the list, entering one, one with its open steps. */
import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import { post } from '../api.js';
import { bytes, onDay, say, shortDay, when } from '../language.js';
import { may, useMe } from '../me.js';
import { Await, Check, Input, Mark, Note, Select, Title } from '../parts/basics.js';
import { ActionForm } from '../parts/form.js';
import { Table } from '../parts/table.js';
import { disclosurePhase, disclosureStep, disclosureWait } from '../disclosure-words.js';
import { go } from '../router.js';
import { useLoaded, useNames } from '../use.js';
import { CallTable } from './calls.js';
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
      { name: say('Stan', 'State'), cell: ({ phase }) => disclosurePhase(phase) },
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

export function DisclosurePage({ id }: { id: string }): JSX.Element {
  const [loaded, again] = useLoaded<DisclosureView>(`/disclosures/${encodeURIComponent(id)}`);
  const [newer, setNewer] = useState<DisclosureView>();
  return (
    <Await of={loaded} again={again}>
      {(value) => <Whole view={newer ?? value} done={setNewer} />}
    </Await>
  );
}

interface Props {
  readonly view: DisclosureView;
  readonly done: (view: DisclosureView) => void;
}

function Whole({ view, done }: Props): JSX.Element {
  return (
    <>
      <Title>{`${say('Udostępnienie nr', 'Disclosure no.')} ${view.number}`}</Title>
      <Note title={disclosurePhase(view.phase)}>
        {view.waits
          ? `${disclosureWait(view.waits)}.`
          : say('Teraz nie masz tu nic do zrobienia.', 'There is nothing for you to do here now.')}
      </Note>
      {view.open.map((name) => (
        <Step key={`${name} ${view.phase}`} name={name} view={view} done={done} />
      ))}
      {view.waits === 'file-away' ? <FileAway view={view} done={done} /> : null}
      <div class="grid">
        <Facts view={view} />
        <Story view={view} />
      </div>
      <section class="card" aria-labelledby="calls">
        <h2 id="calls">{say('Rozmowy, których dotyczy', 'The calls it is about')}</h2>
        <CallTable calls={view.calls} />
      </section>
    </>
  );
}

const Row = ({ name, children }: { name: string; children: ComponentChildren }): JSX.Element => (
  <>
    <dt>{name}</dt>
    <dd class="break">{children}</dd>
  </>
);

interface Delivered {
  readonly phase: string;
  readonly sealed?: { readonly sha256: string; readonly bytes: number };
  readonly reasons?: string;
  readonly to?: string;
  readonly receipt?: string;
}

function Facts({ view }: { view: DisclosureView }): JSX.Element {
  const { me } = useMe();
  const state: Delivered = view.state;
  const { sealed } = state;
  return (
    <section class="card" aria-labelledby="facts">
      <h2 id="facts" class="break">
        {view.authority}
      </h2>
      {view.confidential ? <Mark tone="warn">{say('poufne', 'confidential')}</Mark> : null}
      <dl>
        <Row name={say('Znak pisma', 'Reference')}>{view.reference}</Row>
        <Row name={say('Wpłynęło', 'Received')}>{onDay(view.receivedOn)}</Row>
        <Row name={say('Podstawa prawna', 'Legal basis')}>{view.legalBasis}</Row>
        <Row name={say('Zakres', 'Scope')}>{view.scope}</Row>
        <Row name={say('Wiążące', 'Binding')}>{view.binding ? say('tak', 'yes') : say('nie', 'no')}</Row>
        <Row name={say('Opinia Inspektora', 'Opinion of the officer')}>
          {view.opinion
            ? `${view.opinion.verdict === 'for' ? say('za', 'for') : say('przeciw', 'against')}: ${view.opinion.text}`
            : say('nie wydano', 'none')}
        </Row>
        {state.reasons ? <Row name={say('Uzasadnienie odmowy', 'Reasons')}>{state.reasons}</Row> : null}
        {sealed ? (
          <Row name="SHA-256">
            <code class="small">{sealed.sha256}</code> ({bytes(sealed.bytes)})
          </Row>
        ) : null}
        {view.filedAway ? (
          <Row name={say('W aktach', "In the office's records")}>
            {onDay(view.filedAway.on)}, {view.filedAway.caseSign}
          </Row>
        ) : null}
        {state.to ? <Row name={say('Przekazano', 'Handed to')}>{`${state.to}, ${state.receipt ?? ''}`}</Row> : null}
      </dl>
      {sealed && view.phase === 'approved' && may(me, 'disclosure.prepare') ? (
        <p>
          <a class="button" href={`/api/v1/disclosures/${view.id}/sealed`} download>
            {say('Pobierz zapieczętowany plik (ZIP)', 'Download the sealed file (ZIP)')}
          </a>
        </p>
      ) : null}
      {view.paper ? (
        <p>
          <a href={`/api/v1/disclosures/${view.id}/paper`} target="_blank" rel="noreferrer">
            {view.paper.paper === 'handover-protocol'
              ? say('Protokół przekazania (PDF)', 'Protocol of the hand-over (PDF)')
              : say('Odmowa (PDF)', 'Refusal (PDF)')}
          </a>
        </p>
      ) : null}
    </section>
  );
}

function Story({ view }: { view: DisclosureView }): JSX.Element {
  const nameOf = useNames();
  return (
    <section class="card" aria-labelledby="story">
      <h2 id="story">{say('Przebieg sprawy', 'Its story')}</h2>
      <ol class="plain">
        <li>
          {when(view.filedAt)}: {say('zarejestrowano', 'entered')} ({nameOf(view.filedBy)})
        </li>
        {view.events.map((event) => (
          <li key={`${event.at} ${event.type}`}>
            {when(event.at)}: {disclosureStep(event.type)} ({nameOf(event.by)})
          </li>
        ))}
      </ol>
    </section>
  );
}

interface Form {
  readonly title: string;
  readonly button: string;
  readonly fields: readonly (readonly [name: string, label: string])[];
  readonly danger?: true;
  readonly opinion?: true;
  readonly path?: string;
}

const forms = (): Readonly<Record<string, Form>> => ({
  check: {
    title: say('Sprawdzenie żądania', 'Check it'),
    button: say('Sprawdzono: przekaż do decyzji', 'Checked: pass it on'),
    fields: [
      [
        'findings',
        say('Co ustalono o organie, podstawie prawnej i zakresie', 'What was found of authority, basis, scope'),
      ],
    ],
  },
  'give-opinion': {
    title: say('Opinia Inspektora Ochrony Danych', 'Opinion of the data-protection officer'),
    button: say('Wydaj opinię', 'Give it'),
    fields: [['text', say('Uzasadnienie', 'Reasons')]],
    opinion: true,
    path: 'opinion',
  },
  approve: {
    title: say('Zgoda', 'Approval'),
    button: say('Wyraź zgodę na udostępnienie', 'Approve'),
    fields: [],
  },
  refuse: {
    title: say('Odmowa', 'Refusal'),
    button: say('Odmów', 'Refuse'),
    fields: [['reasons', say('Uzasadnienie odmowy', 'Reasons')]],
    danger: true,
  },
  seal: {
    title: say('Zapieczętowanie nagrań', 'Seal the recordings'),
    button: say('Zapieczętuj nagrania', 'Seal them'),
    fields: [],
  },
  'hand-over': {
    title: say('Przekazanie', 'Hand-over'),
    button: say('Odnotuj przekazanie', 'Note the hand-over'),
    fields: [
      ['to', say('Komu przekazano', 'Handed to')],
      ['receipt', say('Pokwitowanie', 'Receipt')],
    ],
  },
});

/** Sealing reads every recording. */
const SEAL_MS = 10 * 60_000;

function Step({ name, view, done }: Props & { name: string }): JSX.Element | null {
  const [values, setValues] = useState<Readonly<Record<string, string>>>({});
  const [verdict, setVerdict] = useState('for');
  const form = forms()[name];
  if (!form) return null;
  const send = async (): Promise<void> => {
    const body = form.opinion ? { ...values, verdict } : values;
    const patience = name === 'seal' ? SEAL_MS : undefined;
    done(await post(`/disclosures/${view.id}/${form.path ?? name}`, body, patience));
  };
  return (
    <section class="card" aria-labelledby={`step-${name}`}>
      <h2 id={`step-${name}`}>{form.title}</h2>
      <ActionForm
        send={send}
        button={form.button}
        {...(form.danger ? { tone: 'danger' } : {})}
        {...(name === 'seal' ? { waiting: say('Trwa pieczętowanie…', 'Sealing…') } : {})}
      >
        {form.opinion ? (
          <Select
            label={say('Opinia', 'Opinion')}
            value={verdict}
            set={setVerdict}
            options={[
              ['for', say('za udostępnieniem', 'for')],
              ['against', say('przeciw udostępnieniu', 'against')],
            ]}
          />
        ) : null}
        {form.fields.map(([key, label]) => (
          <Input
            key={key}
            label={label}
            value={values[key] ?? ''}
            set={(value) => setValues((before) => ({ ...before, [key]: value }))}
            lines={2}
            required
          />
        ))}
      </ActionForm>
    </section>
  );
}

function FileAway({ view, done }: Props): JSX.Element {
  const [on, setOn] = useState(() => new Date().toLocaleDateString('sv'));
  const [caseSign, setCaseSign] = useState('');
  const send = async (): Promise<void> => done(await post(`/disclosures/${view.id}/file-away`, { on, caseSign }));
  return (
    <section class="card" aria-labelledby="file-away">
      <h2 id="file-away">{say('Przekazanie do akt', "To the office's records")}</h2>
      <ActionForm send={send} button={say('Przekazano do akt', 'Handed over')}>
        <Input label={say('Dnia', 'On')} type="date" value={on} set={setOn} required />
        <Input label={say('Znak sprawy', 'Case sign')} value={caseSign} set={setCaseSign} max={80} required />
      </ActionForm>
    </section>
  );
}
