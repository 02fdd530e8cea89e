/** One disclosure to an authority, with its open steps. */
import type { ComponentChildren, JSX } from 'preact';
import { useLayoutEffect, useState } from 'preact/hooks';
import { post } from '../api.js';
import { bytes, onDay, say, when } from '../language.js';
import { may, useMe } from '../me.js';
import { Await, focusTitle, Input, Mark, Note, Title } from '../parts/basics.js';
import { ActionForm } from '../parts/form.js';
import { OpinionForm } from '../parts/opinion.js';
import { Stages } from '../parts/stages.js';
import { disclosurePhase, disclosureStep, disclosureWait } from '../disclosure-words.js';
import { useLoaded, useNames } from '../use.js';
import { CallLines } from './calls.js';
import type { DisclosureView } from '../../routes/disclosures.js';

export function DisclosurePage({ id }: { id: string }): JSX.Element {
  const [loaded, again] = useLoaded<DisclosureView>(`/disclosures/${encodeURIComponent(id)}`);
  const [newer, setNewer] = useState<DisclosureView>();
  const phase = newer?.phase;
  // What was pressed is gone with the step: the reader is told where the disclosure stands now.
  useLayoutEffect(() => {
    if (phase !== undefined) focusTitle();
  }, [phase]);
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
      <Road phase={view.phase} />
      <div class="split">
        <div>
          <Note title={`${say('Stan:', 'State:')} ${disclosurePhase(view.phase)}`}>
            {view.waits
              ? `${disclosureWait(view.waits)}.`
              : say('Teraz nie masz tu nic do zrobienia.', 'There is nothing for you to do here now.')}
          </Note>
          {view.open.includes('give-opinion') ? <Opinion view={view} done={done} /> : null}
          {view.open.map((name) => (
            <Step key={`${name} ${view.phase}`} name={name} view={view} done={done} />
          ))}
          {view.waits === 'file-away' ? <FileAway view={view} done={done} /> : null}
          <section class="card" aria-labelledby="calls">
            <h2 id="calls">{say('Rozmowy, których dotyczy', 'The calls it is about')}</h2>
            <CallLines calls={view.calls} />
          </section>
        </div>
        <div>
          <Facts view={view} />
          <Files view={view} />
        </div>
        <Story view={view} />
      </div>
    </>
  );
}

function Road({ phase }: { phase: string }): JSX.Element {
  const road: readonly (readonly [name: string, phase: string])[] = [
    [say('Pismo organu', 'The letter'), 'requested'],
    [say('Sprawdzenie', 'Check'), 'checked'],
    ...(phase === 'refused'
      ? [[say('Odmowa', 'Refused'), 'refused'] as const]
      : ([
          [say('Zgoda', 'Approval'), 'approved'],
          [say('Przekazanie', 'Hand-over'), 'handed_over'],
        ] as const)),
  ];
  return <Stages names={road.map(([name]) => name)} here={road.findIndex(([, one]) => one === phase)} />;
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
  readonly findings?: string;
  readonly reasons?: string;
  readonly to?: string;
  readonly receipt?: string;
}

function Facts({ view }: { view: DisclosureView }): JSX.Element {
  const state: Delivered = view.state;
  return (
    <section class="card" aria-labelledby="facts">
      <h2 id="facts" class="break">
        {view.authority}
      </h2>
      {view.confidential ? <Mark tone="warn">{say('poufne', 'confidential')}</Mark> : null}
      <dl class="stacked">
        <Row name={say('Znak pisma', 'Reference')}>{view.reference}</Row>
        <Row name={say('Wpłynęło', 'Received')}>{onDay(view.receivedOn)}</Row>
        <Row name={say('Podstawa prawna', 'Legal basis')}>{view.legalBasis}</Row>
        <Row name={say('Zakres', 'Scope')}>{view.scope}</Row>
        <Row name={say('Wiążące', 'Binding')}>{view.binding ? say('tak', 'yes') : say('nie', 'no')}</Row>
        {state.findings ? <Row name={say('Ustalenia', 'Findings')}>{state.findings}</Row> : null}
        <Row name={say('Opinia Inspektora', 'Opinion of the officer')}>
          {view.opinion
            ? `${view.opinion.verdict === 'for' ? say('za', 'for') : say('przeciw', 'against')}: ${view.opinion.text}`
            : say('nie wydano', 'none')}
        </Row>
        {state.reasons ? <Row name={say('Uzasadnienie odmowy', 'Reasons')}>{state.reasons}</Row> : null}
        {view.filedAway ? (
          <Row name={say('W aktach', "In the office's records")}>
            {onDay(view.filedAway.on)}, {view.filedAway.caseSign}
          </Row>
        ) : null}
        {state.to ? <Row name={say('Przekazano', 'Handed to')}>{`${state.to}, ${state.receipt ?? ''}`}</Row> : null}
      </dl>
    </section>
  );
}

/** The sealed file, and the paper at the end. */
function Files({ view }: { view: DisclosureView }): JSX.Element | null {
  const { me } = useMe();
  const { sealed }: Delivered = view.state;
  if (!sealed && !view.paper) return null;
  return (
    <section class="card" aria-labelledby="files">
      <h2 id="files">{say('Plik i pisma', 'File and papers')}</h2>
      {sealed ? (
        <dl class="stacked">
          <Row name={say('SHA-256 zapieczętowanego pliku', 'SHA-256 of the sealed file')}>
            <code class="small">{sealed.sha256}</code> ({bytes(sealed.bytes)})
          </Row>
        </dl>
      ) : null}
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
        <Happened at={view.filedAt} what={say('zarejestrowano', 'entered')} by={nameOf(view.filedBy)} />
        {view.events.map(({ at, type, by }) => (
          <Happened key={`${at} ${type}`} at={at} what={disclosureStep(type)} by={nameOf(by)} />
        ))}
      </ol>
    </section>
  );
}

const Happened = ({ at, what, by }: { at: number; what: string; by: string }): JSX.Element => (
  <li class="break">
    <span class="soft small numbers">{when(at)}</span>
    <div>
      {what} <span class="soft">({by})</span>
    </div>
  </li>
);

interface Form {
  readonly title: string;
  readonly button: string;
  readonly fields: readonly (readonly [name: string, label: string])[];
  readonly danger?: true;
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
  const form = forms()[name];
  if (!form) return null;
  const send = async (): Promise<void> =>
    done(await post(`/disclosures/${view.id}/${name}`, values, name === 'seal' ? SEAL_MS : undefined));
  return (
    <section class="card" aria-labelledby={`step-${name}`}>
      <h2 id={`step-${name}`}>{form.title}</h2>
      <ActionForm
        send={send}
        button={form.button}
        {...(form.danger ? { tone: 'danger' } : {})}
        {...(name === 'seal' ? { waiting: say('Trwa pieczętowanie…', 'Sealing…') } : {})}
      >
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

const Opinion = ({ view, done }: Props): JSX.Element => (
  <section class="card" aria-labelledby="opinion">
    <h2 id="opinion">{say('Opinia Inspektora Ochrony Danych', 'Opinion of the data-protection officer')}</h2>
    <OpinionForm
      send={async (verdict, text) => done(await post(`/disclosures/${view.id}/opinion`, { verdict, text }))}
    />
  </section>
);

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
