/** What waits for me, and the list of access requests. */
import type { JSX } from 'preact';
import { onDay, say, shortDay, when } from '../language.js';
import { may, useMe } from '../me.js';
import { Await, Mark, Title } from '../parts/basics.js';
import { Table } from '../parts/table.js';
import { disclosureWait } from '../disclosure-words.js';
import { kindName, phaseName, phaseTone, waitName } from '../request-words.js';
import { useLoaded, type Loaded } from '../use.js';
import type { DisclosureRow } from '../../routes/disclosures.js';
import type { RequestRow, WaitingView } from '../../routes/requests/views.js';

/** Something that waits for this person. */
export interface Task {
  readonly href: string;
  readonly what: string;
  readonly about: string;
  readonly wait?: WaitingView;
}

const taskOf = (one: WaitingView): Task => ({
  href: `/requests/${one.request}`,
  what: waitName(one.what),
  about: `${say('Wniosek nr', 'Request no.')} ${one.number}, ${one.requester}`,
  wait: one,
});
const disclosureTask = ({ id, waits = '', number, authority }: DisclosureRow): Task => ({
  href: `/disclosures/${id}`,
  what: disclosureWait(waits),
  about: `${say('Udostępnienie nr', 'Disclosure no.')} ${number}, ${authority}`,
});

/** All that waits for this person, of requests and of disclosures. */
export function useTasks(): readonly [Loaded<readonly Task[]>, () => void] {
  const { me } = useMe();
  const [requests, again] = useLoaded<{ waiting: readonly WaitingView[] }>(
    may(me, 'request.see') ? '/inbox' : undefined,
  );
  const [others, lookAgain] = useLoaded<{ disclosures: readonly DisclosureRow[] }>(
    may(me, 'disclosure.see') ? '/disclosures' : undefined,
  );
  const all = (): void => [again, lookAgain].forEach((look) => look());
  const parts: readonly Loaded<readonly Task[]>[] = [
    ...(may(me, 'request.see') ? [mapped(requests, ({ waiting }) => waiting.map(taskOf))] : []),
    ...(may(me, 'disclosure.see')
      ? [mapped(others, ({ disclosures }) => disclosures.filter(({ waits }) => waits).map(disclosureTask))]
      : []),
  ];
  const missing = parts.find(({ state }) => state !== 'there');
  return [
    missing ?? { state: 'there', value: parts.flatMap((part) => (part.state === 'there' ? part.value : [])) },
    all,
  ];
}

const mapped = <T, U>(loaded: Loaded<T>, change: (value: T) => U): Loaded<U> =>
  loaded.state === 'there' ? { state: 'there', value: change(loaded.value) } : loaded;

export function Inbox(): JSX.Element {
  const [waiting, again] = useTasks();
  return (
    <>
      <Title>{say('Czeka na mnie', 'Waits for me')}</Title>
      <Await of={waiting} again={again}>
        {(tasks) =>
          tasks.length === 0 ? (
            <p class="card" id="inbox">
              {say('Teraz nic na Ciebie nie czeka.', 'Nothing waits for you.')}
            </p>
          ) : (
            <section class="card" id="inbox" aria-label={say('Sprawy', 'Matters')}>
              <TaskList tasks={tasks} />
            </section>
          )
        }
      </Await>
    </>
  );
}

export const TaskList = ({ tasks }: { tasks: readonly Task[] }): JSX.Element => (
  <ul class="tasks">
    {tasks.map(({ href, what, about, wait }) => (
      <li key={href}>
        <a href={href}>
          <span>
            <strong>{what}</strong>
            {about}
          </span>{' '}
          {wait ? <Deadline of={wait} /> : null}
        </a>
      </li>
    ))}
  </ul>
);

function Deadline({ of: { due, at, overdue } }: { of: WaitingView }): JSX.Element | null {
  if (at !== undefined) return <Mark tone="live">{when(at)}</Mark>;
  if (due === undefined) return null;
  const day = onDay(due);
  return overdue ? (
    <Mark tone="bad">
      {say('po terminie:', 'overdue:')} {day}
    </Mark>
  ) : (
    <Mark tone="warn">
      {say('do', 'by')} {day}
    </Mark>
  );
}

export function Requests(): JSX.Element {
  const { me } = useMe();
  const [loaded, again] = useLoaded<{ requests: readonly RequestRow[] }>('/requests');
  return (
    <>
      <Title>{say('Wnioski o udostępnienie nagrania', 'Access requests')}</Title>
      {may(me, 'request.file') ? (
        <p class="row">
          <a class="button main" href="/requests/new">
            {say('Przyjmij wniosek', 'Enter a request')}
          </a>
          <a class="button" href="/api/v1/forms/annex-1" target="_blank" rel="noreferrer">
            {say('Pusty formularz (PDF)', 'Blank form (PDF)')}
          </a>
        </p>
      ) : null}
      <Await of={loaded} again={again}>
        {({ requests }) => (
          <section class="card" aria-label={say('Wnioski', 'Requests')} id="requests">
            {requests.length === 0 ? (
              <p>{say('Nie ma żadnego wniosku.', 'There are none.')}</p>
            ) : (
              <Rows all={requests.toSorted(newestFirst)} />
            )}
          </section>
        )}
      </Await>
    </>
  );
}

/** 12/2026 before 3/2026, and both before 40/2025. */
function newestFirst(a: RequestRow, b: RequestRow): number {
  const [[n = 0, year = 0], [m = 0, other = 0]] = [a.number, b.number].map((one) => one.split('/').map(Number)) as [
    number[],
    number[],
  ];
  return other - year || m - n;
}

const Rows = ({ all }: { all: readonly RequestRow[] }): JSX.Element => (
  <Table
    rows={all}
    columns={[
      { name: say('Numer', 'Number'), cell: ({ id, number }) => <a href={`/requests/${id}`}>{number}</a> },
      { name: say('Wpłynął', 'Received'), class: 'numbers', cell: ({ receivedOn }) => shortDay(receivedOn) },
      { name: say('Wnioskodawca', 'Requester'), class: 'break', cell: ({ requester }) => requester },
      { name: say('O co wnosi', 'Asks for'), cell: ({ kind }) => kindName(kind) },
      {
        name: say('Stan', 'State'),
        cell: ({ phase, at }) => (
          <>
            <Mark tone={phaseTone(phase)}>{phaseName(phase)}</Mark>
            {at === undefined ? null : <div class="numbers small">{when(at)}</div>}
          </>
        ),
      },
      {
        name: say('Czeka na mnie', 'Waits for me'),
        cell: ({ waits }) =>
          waits ? (
            <>
              {waitName(waits.what)}{' '}
              <div>
                <Deadline of={waits} />
              </div>
            </>
          ) : (
            <span class="soft">–</span>
          ),
      },
    ]}
  />
);
