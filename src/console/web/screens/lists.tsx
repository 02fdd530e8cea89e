/** What waits for the Secretary, and what is held. */
import type { JSX } from 'preact';
import { post } from '../api.js';
import { say, when } from '../language.js';
import { Await, ProblemNote, Title } from '../parts/basics.js';
import { useDoing, useLoaded, useNames } from '../use.js';
import { actionName } from '../words.js';
import { CallTable } from './calls.js';
import type { CallRow } from '../../routes/call-views.js';

interface Action {
  readonly id: string;
  readonly action: string;
  readonly subject: string;
  readonly reason: string;
  readonly askedBy: string;
  readonly askedAt: number;
  readonly expiresAt: number;
}

export function Confirmations(): JSX.Element {
  const [loaded, again] = useLoaded<{ actions: readonly Action[] }>('/actions');
  const nameOf = useNames();
  const { busy, problem, run } = useDoing();
  const answer = (id: string, what: 'confirm' | 'refuse'): void =>
    void run(async () => {
      await post(
        `/actions/${id}/${what}`,
        what === 'refuse' ? { note: say('odmowa Sekretarza', 'refused by the Secretary') } : {},
      );
      again();
    });
  return (
    <>
      <Title>{say('Do potwierdzenia', 'To be confirmed')}</Title>
      <ProblemNote problem={problem} />
      <Await of={loaded} again={again}>
        {({ actions }) =>
          actions.length === 0 ? (
            <p class="card">{say('Nic nie czeka na potwierdzenie.', 'Nothing waits to be confirmed.')}</p>
          ) : (
            <ul class="plain card">
              {actions.map((action) => (
                <li key={action.id}>
                  <h2>{actionName(action.action)}</h2>
                  <dl>
                    <dt>{say('Wnosi', 'Asked for by')}</dt>
                    <dd>
                      {nameOf(action.askedBy)}, {when(action.askedAt)}
                    </dd>
                    <dt>{say('Powód', 'Reason')}</dt>
                    <dd>{action.reason}</dd>
                    <dt>{say('Dotyczy', 'About')}</dt>
                    <dd>
                      <Subject action={action} nameOf={nameOf} />
                    </dd>
                    <dt>{say('Potwierdź do', 'To be confirmed by')}</dt>
                    <dd>{when(action.expiresAt, 'day')}</dd>
                  </dl>
                  <p class="row">
                    <button type="button" class="main" disabled={busy} onClick={() => answer(action.id, 'confirm')}>
                      {say('Potwierdzam', 'Confirm')}
                    </button>
                    <button type="button" disabled={busy} onClick={() => answer(action.id, 'refuse')}>
                      {say('Odmawiam', 'Refuse')}
                    </button>
                  </p>
                </li>
              ))}
            </ul>
          )
        }
      </Await>
    </>
  );
}

/** A call is looked at before it is confirmed that something is done to it. */
const Subject = ({ action, nameOf }: { action: Action; nameOf: (id: string) => string }): JSX.Element =>
  ['erase', 'release-hold', 'export'].includes(action.action) ? (
    <a href={`/calls/${action.subject}`}>{say('zobacz rozmowę', 'see the call')}</a>
  ) : (
    <>{nameOf(action.subject)}</>
  );

export function Held(): JSX.Element {
  const [loaded, again] = useLoaded<{ calls: readonly CallRow[] }>('/holds');
  return (
    <>
      <Title>{say('Zabezpieczone nagrania', 'Held recordings')}</Title>
      <Await of={loaded} again={again}>
        {({ calls }) => (
          <section class="card" aria-label={say('Zabezpieczone nagrania', 'Held recordings')}>
            {calls.length === 0 ? (
              <p>{say('Żadne nagranie nie jest zabezpieczone.', 'Nothing is held.')}</p>
            ) : (
              <CallTable calls={calls} />
            )}
          </section>
        )}
      </Await>
    </>
  );
}
