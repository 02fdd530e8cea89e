/** One access request: how far it has come, what is to be done, its session, its form, its papers and its story. */
import type { JSX } from 'preact';
import { useLayoutEffect, useState } from 'preact/hooks';
import { onDay, say } from '../language.js';
import { Await, focusTitle, Note, Title } from '../parts/basics.js';
import { Stages } from '../parts/stages.js';
import { gapOf, phaseName, waitName } from '../request-words.js';
import { useLoaded } from '../use.js';
import { CallLines } from './calls.js';
import { Copy } from './request-copy.js';
import { Facts } from './request-facts.js';
import { FormEntry } from './request-form.js';
import { Papers } from './request-papers.js';
import { ListeningSession } from './request-session.js';
import { Steps } from './request-steps.js';
import { Story } from './request-story.js';
import type { RequestView } from '../../routes/requests/views.js';

export function RequestPage({ id }: { id: string }): JSX.Element {
  const [loaded, again] = useLoaded<RequestView>(`/requests/${encodeURIComponent(id)}`);
  const [newer, setNewer] = useState<RequestView>();
  const reload = (): void => {
    setNewer(undefined);
    again();
  };
  const phase = newer?.state.phase;
  // What was pressed is gone with the step: the reader is told where the request stands now.
  useLayoutEffect(() => {
    if (phase !== undefined) focusTitle();
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
        </div>
        <Story view={view} />
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
        {waits?.due && waits.due !== view.term ? <By what={say('Termin:', 'By:')} day={waits.due} /> : null}
        {view.term ? <By what={say('Odpowiedź z art. 15 RODO do:', 'GDPR 15 answer by:')} day={view.term} /> : null}
      </p>
      {view.gaps.length > 0 ? (
        <p>
          {say('We wniosku brakuje:', 'The form lacks:')} {view.gaps.map(gapOf).join(', ')}.
        </p>
      ) : null}
    </Note>
  );
}

const By = ({ what, day }: { what: string; day: string }): JSX.Element => (
  <>
    {` ${what} `}
    <span class="whole">{onDay(day)}.</span>
  </>
);
