/** One access request: what is to be done, its session, its form, its papers and its story. */
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { post } from '../api.js';
import { base64Of } from '../files.js';
import { onDay, say, when } from '../language.js';
import { may, useMe } from '../me.js';
import { Await, Input, Mark, Note, ProblemNote, Select, Title } from '../parts/basics.js';
import { ActionForm } from '../parts/form.js';
import { Stages } from '../parts/stages.js';
import { channelNames, gapName, kindName, paperTitle, phaseName, stepName, waitName } from '../request-words.js';
import { useDoing, useLoaded, useNames } from '../use.js';
import { CallLines } from './calls.js';
import { Copy } from './request-copy.js';
import { FormEntry } from './request-form.js';
import { ListeningSession } from './request-session.js';
import { Steps } from './request-steps.js';
import type { PaperView, RequestView } from '../../routes/requests/views.js';

export function RequestPage({ id }: { id: string }): JSX.Element {
  const [loaded, again] = useLoaded<RequestView>(`/requests/${encodeURIComponent(id)}`);
  const [newer, setNewer] = useState<RequestView>();
  const reload = (): void => {
    setNewer(undefined);
    again();
  };
  const phase = newer?.state.phase;
  // What was pressed is gone with the step: the reader is told where the request stands now.
  useEffect(() => {
    if (phase !== undefined) document.getElementById('title')?.focus();
  }, [phase]);
  return (
    <Await of={loaded} again={again}>
      {(value) => <Whole key={(newer ?? value).state.phase} view={newer ?? value} done={setNewer} reload={reload} />}
    </Await>
  );
}

interface Props {
  readonly view: RequestView;
  readonly done: (view: RequestView) => void;
}

function Whole({ view, done, reload }: Props & { reload: () => void }): JSX.Element {
  return (
    <>
      <Title>{`${say('Wniosek nr', 'Request no.')} ${view.number}`}</Title>
      <Road view={view} />
      <div class="split">
        <div>
          <Next view={view} />
          <ListeningSession view={view} done={done} reload={reload} />
          <Copy view={view} done={done} />
          <Steps view={view} done={done} />
          {view.open.includes('complete') ? (
            <section class="card" aria-labelledby="complete">
              <h2 id="complete">{say('Uzupełnienie wniosku', 'Complete the form')}</h2>
              <FormEntry of={view} done={done} />
            </section>
          ) : null}
          {view.calls.length > 0 ? (
            <section class="card" aria-labelledby="calls">
              <h2 id="calls">{say('Rozmowy, których dotyczy', 'The calls it is about')}</h2>
              <CallLines calls={view.calls} />
            </section>
          ) : null}
        </div>
        <div>
          <Facts view={view} />
          <Papers view={view} done={done} />
          <Story view={view} />
        </div>
      </div>
    </>
  );
}

function Road({ view: { kind, state } }: { view: RequestView }): JSX.Element {
  const { phase } = state;
  const ended: Readonly<Record<string, readonly [at: number, name: string]>> = {
    refused: [2, say('Odmowa', 'Refused')],
    rejected_formally: [0, say('Bez rozpoznania', 'Not considered')],
    answered: [0, say('Brak nagrania', 'No recording')],
    withdrawn: [0, say('Wycofany', 'Withdrawn')],
    closed: [3, say('Zakończony', 'Closed')],
  };
  const road: readonly (readonly [name: string, ...phases: string[]])[] = [
    [say('Przyjęcie', 'Receipt'), 'received', 'awaiting_completion', 'matched'],
    [say('Opinie', 'Opinions'), 'opinions'],
    [say('Decyzja', 'Decision'), 'decision'],
    ...(kind === 'art15'
      ? [[say('Kopia', 'Copy'), 'copy_issued'] as const]
      : ([
          [say('Odsłuch', 'Session'), 'approved', 'in_session', 'no_show'],
          [say('Protokół', 'Protocol'), 'completed'],
        ] as const)),
  ];
  const end = ended[phase];
  const names = end ? [...road.slice(0, end[0] + 1).map(([name]) => name), end[1]] : road.map(([name]) => name);
  const here = end ? names.length - 1 : road.findIndex(([, ...phases]) => phases.includes(phase));
  return <Stages names={names} here={here} />;
}

function Next({ view }: { view: RequestView }): JSX.Element {
  const { waits } = view;
  return (
    <Note
      {...(waits?.overdue ? { tone: 'warn' as const } : {})}
      title={`${say('Stan:', 'State:')} ${phaseName(view.state.phase)}`}
    >
      <p>
        {view.open.includes('close-session')
          ? say(
              'Odtwórz nagranie, potwierdź protokół i zakończ odsłuch.',
              'Play the recording, confirm the protocol and close the session.',
            )
          : waits
            ? `${waitName(waits.what)}.`
            : say('Teraz nie masz tu nic do zrobienia.', 'There is nothing for you to do here now.')}
        {waits?.due && waits.due !== view.term ? ` ${say('Termin:', 'By:')} ${onDay(waits.due)}.` : ''}
        {view.term ? ` ${say('Odpowiedź z art. 15 RODO do:', 'GDPR 15 answer by:')} ${onDay(view.term)}.` : ''}
      </p>
      {view.gaps.length > 0 ? (
        <p>
          {say('We wniosku brakuje:', 'The form lacks:')} {view.gaps.map(gapName).join(', ')}.
        </p>
      ) : null}
    </Note>
  );
}

const Row = ({ name, children }: { name: string; children: ComponentChildren }): JSX.Element | null =>
  children === undefined || children === '' ? null : (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );

function Facts({ view }: { view: RequestView }): JSX.Element {
  const { form } = view;
  const { street, postalCode, town, electronicDelivery } = form.requester.address;
  return (
    <section class="card" aria-labelledby="facts">
      <h2 id="facts">{form.requester.name}</h2>
      <dl class="stacked">
        <Row name={say('O co wnosi', 'Asks for')}>{kindName(view.kind)}</Row>
        <Row name={say('Wpłynął', 'Received')}>{onDay(view.receivedOn)}</Row>
        <Row name={say('Znak sprawy', 'Case sign')}>{view.caseSign}</Row>
        <Row name={say('Adres', 'Address')}>
          {[street, postalCode, town, electronicDelivery].filter(Boolean).join(', ')}
        </Row>
        <Row name={form.agent?.as === 'guardian' ? say('Opiekun prawny', 'Guardian') : say('Pełnomocnik', 'Agent')}>
          {form.agent ? `${form.agent.name}, ${form.agent.document}` : undefined}
        </Row>
        <Row name={say('Telefon', 'Telephone')}>{form.number}</Row>
        <Row name={say('Rozmowa', 'Call')}>
          {form.calls.map(({ on, time }) => (time ? `${onDay(on)}, ${time}` : onDay(on))).join('; ')}
        </Row>
        <Row name={say('Z kim', 'With')}>{form.spokeWith}</Row>
        <Row name={say('Czego dotyczyła', 'About')}>{form.concerns}</Row>
        <Row name={say('Cel', 'Purpose')}>{form.purpose}</Row>
        <Row name={say('Inne okoliczności', 'Other facts')}>{form.otherFacts}</Row>
      </dl>
    </section>
  );
}

function Story({ view }: { view: RequestView }): JSX.Element {
  const nameOf = useNames();
  return (
    <section class="card" aria-labelledby="story">
      <h2 id="story">{say('Przebieg sprawy', 'Its story')}</h2>
      <ol class="plain">
        <Happened at={view.filedAt} what={say('przyjęto wniosek', 'received')} by={nameOf(view.filedBy)} />
        {view.events.map((event) => (
          <Happened
            key={`${event.at} ${event.type}`}
            at={event.at}
            what={stepName(event.type)}
            by={event.by === 'system' ? say('samoczynnie', 'by itself') : nameOf(event.by)}
            why={typeof event['reasons'] === 'string' ? event['reasons'] : undefined}
          />
        ))}
      </ol>
    </section>
  );
}

const Happened = ({
  at,
  what,
  by,
  why,
}: {
  at: number;
  what: string;
  by: string;
  why?: string | undefined;
}): JSX.Element => (
  <li class="break">
    <span class="soft small numbers">{when(at)}</span>
    <div>
      {what} <span class="soft">({by})</span>
    </div>
    {why === undefined ? null : <div class="small">„{why}”</div>}
  </li>
);

function Papers({ view, done }: Props): JSX.Element {
  const { me } = useMe();
  return (
    <section class="card" aria-labelledby="papers">
      <h2 id="papers">{say('Pisma', 'Papers')}</h2>
      <ul class="plain">
        {view.papers.map((paper) => (
          <li key={paper.n}>
            {paper.made ? (
              <a href={`/api/v1/requests/${view.id}/papers/${paper.n}`} target="_blank" rel="noreferrer">
                {paperTitle(paper)} (PDF)
              </a>
            ) : (
              <>
                {paperTitle(paper)} <Mark tone="warn">{say('w przygotowaniu', 'being made')}</Mark>
              </>
            )}{' '}
            {paper.made ? <span class="soft small numbers">{when(paper.made.at, 'date')}</span> : null}{' '}
            <PaperState view={view} paper={paper} />
            {may(me, 'request.complete') && paper.made && !paper.delivered && paper.paper !== 'opinion' ? (
              <details>
                <summary>{say('Podpis i doręczenie', 'Signature and delivery')}</summary>
                <PaperForms view={view} paper={paper} done={done} />
              </details>
            ) : null}
          </li>
        ))}
      </ul>
      {view.state.phase === 'approved' ? (
        <p>
          <a href={`/api/v1/requests/${view.id}/date.ics`} download>
            {say('Termin do kalendarza (ics)', 'The date for a calendar (ics)')}
          </a>
        </p>
      ) : null}
      {view.waits?.what === 'file-away' ? <FileAway view={view} done={done} /> : null}
      {view.filedAway ? (
        <p>
          {say('Przekazano do akt:', "In the office's records:")} {onDay(view.filedAway.on)}, {view.filedAway.caseSign}
        </p>
      ) : null}
    </section>
  );
}

const PaperState = ({ view, paper }: { view: RequestView; paper: PaperView }): JSX.Element => (
  <>
    {paper.signed ? (
      <a href={`/api/v1/requests/${view.id}/papers/${paper.n}?form=signed`} target="_blank" rel="noreferrer">
        {say('podpisane', 'signed')}
      </a>
    ) : null}{' '}
    {paper.delivered ? (
      <Mark tone="good">{`${say('doręczone', 'delivered')} ${onDay(paper.delivered.on)}`}</Mark>
    ) : null}
  </>
);

function PaperForms({ view, paper, done }: Props & { paper: PaperView }): JSX.Element {
  const [channel, setChannel] = useState('electronic-delivery');
  const [on, setOn] = useState(() => new Date().toLocaleDateString('sv'));
  const [proof, setProof] = useState('');
  const { busy, problem, run } = useDoing();
  const path = `/requests/${view.id}/papers/${paper.n}`;
  const attach = (file: File | undefined): void => {
    if (file) void run(async () => done(await post(`${path}/signed`, { pdf: await base64Of(file) })));
  };
  const submit = (event: Event): void => {
    event.preventDefault();
    void run(async () => done(await post(`${path}/delivery`, { channel, on, proof })));
  };
  return (
    <form onSubmit={submit}>
      <label>
        {say('Podpisane pismo (PDF)', 'The signed letter (PDF)')}
        <input
          type="file"
          accept="application/pdf"
          disabled={busy}
          onChange={(event) => attach(event.currentTarget.files?.[0])}
        />
      </label>
      <Select
        label={say('Jak doręczono', 'How it went out')}
        value={channel}
        set={setChannel}
        options={channelNames()}
      />
      <Input label={say('Dnia', 'On')} type="date" value={on} set={setOn} required />
      <Input label={say('Dowód doręczenia', 'Proof')} value={proof} set={setProof} max={500} required />
      <ProblemNote problem={problem} />
      <button type="submit" disabled={busy}>
        {say('Wpisz doręczenie', 'Enter it')}
      </button>
    </form>
  );
}

function FileAway({ view, done }: Props): JSX.Element {
  const [on, setOn] = useState(() => new Date().toLocaleDateString('sv'));
  const [caseSign, setCaseSign] = useState(view.caseSign ?? '');
  const send = async (): Promise<void> => done(await post(`/requests/${view.id}/file-away`, { on, caseSign }));
  return (
    <ActionForm send={send} button={say('Przekazano do akt', 'Handed over')} tone="plain">
      <h3>{say('Przekazanie do akt', "To the office's records")}</h3>
      <Input label={say('Dnia', 'On')} type="date" value={on} set={setOn} required />
      <Input label={say('Znak sprawy', 'Case sign')} value={caseSign} set={setCaseSign} max={80} required />
    </ActionForm>
  );
}
