/** What waits for me, and the list of access requests. */
import type { JSX } from 'preact';
import { say, when } from '../language.js';
import { may, useMe } from '../me.js';
import { Await, Mark, Title } from '../parts/basics.js';
import { disclosureWait } from '../disclosure-words.js';
import { kindName, phaseName, waitName } from '../request-words.js';
import { useLoaded } from '../use.js';
import type { DisclosureRow } from '../../routes/disclosures.js';
import type { RequestRow, WaitingView } from '../../routes/requests/views.js';

export function Inbox(): JSX.Element {
  const { me } = useMe();
  const [requests, again] = useLoaded<{ waiting: readonly WaitingView[] }>(
    may(me, 'request.see') ? '/inbox' : undefined,
  );
  const [others, lookAgain] = useLoaded<{ disclosures: readonly DisclosureRow[] }>(
    may(me, 'disclosure.see') ? '/disclosures' : undefined,
  );
  const waiting = may(me, 'request.see') ? requests : ({ state: 'there', value: { waiting: [] } } as const);
  const disclosures = may(me, 'disclosure.see') ? others : ({ state: 'there', value: { disclosures: [] } } as const);
  return (
    <>
      <Title>{say('Czeka na mnie', 'Waits for me')}</Title>
      <Await of={waiting} again={again}>
        {(mine) => (
          <Await of={disclosures} again={lookAgain}>
            {({ disclosures: all }) => <Waiting requests={mine.waiting} disclosures={all.filter((one) => one.waits)} />}
          </Await>
        )}
      </Await>
    </>
  );
}

function Waiting({
  requests,
  disclosures,
}: {
  requests: readonly WaitingView[];
  disclosures: readonly DisclosureRow[];
}): JSX.Element {
  if (requests.length + disclosures.length === 0)
    return (
      <p class="card" id="inbox">
        {say('Nic na Panią / Pana nie czeka.', 'Nothing waits for you.')}
      </p>
    );
  return (
    <ul class="plain card" id="inbox">
      {requests.map((one) => (
        <li key={one.request}>
          <a href={`/requests/${one.request}`}>
            <strong>{waitName(one.what)}</strong>
          </a>
          <br />
          {say('Wniosek nr', 'Request no.')} {one.number}, {one.requester} <Deadline of={one} />
        </li>
      ))}
      {disclosures.map((one) => (
        <li key={one.id}>
          <a href={`/disclosures/${one.id}`}>
            <strong>{disclosureWait(one.waits ?? '')}</strong>
          </a>
          <br />
          {say('Udostępnienie nr', 'Disclosure no.')} {one.number}, {one.authority}
        </li>
      ))}
    </ul>
  );
}

function Deadline({ of: { due, at, overdue } }: { of: WaitingView }): JSX.Element | null {
  if (at !== undefined) return <Mark tone="live">{when(at)}</Mark>;
  if (due === undefined) return null;
  const day = when(Date.parse(`${due}T12:00:00`), 'day');
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
              <Rows all={requests} />
            )}
          </section>
        )}
      </Await>
    </>
  );
}

const Rows = ({ all }: { all: readonly RequestRow[] }): JSX.Element => (
  <table class="cards">
    <thead>
      <tr>
        <th scope="col">{say('Numer', 'Number')}</th>
        <th scope="col">{say('Wpłynął', 'Received')}</th>
        <th scope="col">{say('Wnioskodawca', 'Requester')}</th>
        <th scope="col">{say('O co wnosi', 'Asks for')}</th>
        <th scope="col">{say('Stan', 'State')}</th>
        <th scope="col">{say('Czeka na mnie', 'Waits for me')}</th>
      </tr>
    </thead>
    <tbody>
      {all.map((one) => (
        <tr key={one.id}>
          <td data-label={say('Numer', 'Number')}>
            <a href={`/requests/${one.id}`}>{one.number}</a>
          </td>
          <td data-label={say('Wpłynął', 'Received')} class="numbers">
            {one.receivedOn}
          </td>
          <td data-label={say('Wnioskodawca', 'Requester')} class="break">
            {one.requester}
          </td>
          <td data-label={say('O co wnosi', 'Asks for')}>{kindName(one.kind)}</td>
          <td data-label={say('Stan', 'State')}>
            {phaseName(one.phase)} {one.at === undefined ? '' : when(one.at)}
          </td>
          <td data-label={say('Czeka na mnie', 'Waits for me')}>
            {one.waits ? (
              <>
                {waitName(one.waits.what)} <Deadline of={one.waits} />
              </>
            ) : (
              '–'
            )}
          </td>
        </tr>
      ))}
    </tbody>
  </table>
);
