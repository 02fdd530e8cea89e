/** What waits for the Secretary, what is held, the audit log, and handsets. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { get, post } from '../api.js';
import { say, when } from '../language.js';
import { Await, Input, Mark, Note, ProblemNote, Select, Title } from '../parts/basics.js';
import { Qr } from '../parts/qr.js';
import { useDoing, useLoaded, useNames } from '../use.js';
import { actionName, eventName, eventNames } from '../words.js';
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
                  <p>
                    {say('Wnosi:', 'Asked for by:')} {nameOf(action.askedBy)}, {when(action.askedAt)}.{' '}
                    {say('Powód:', 'Reason:')} {action.reason}. {say('Dotyczy:', 'About:')}{' '}
                    <span class="break">{nameOf(action.subject)}</span>. {say('Termin:', 'Until:')}{' '}
                    {when(action.expiresAt, 'day')}.
                  </p>
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

interface Line {
  readonly seq: number;
  readonly at: number;
  readonly event: string;
  readonly actor: { readonly by: string; readonly id?: string };
  readonly object?: { readonly kind: string; readonly id: string };
  readonly facts: Readonly<Record<string, unknown>>;
  readonly personal: Readonly<Record<string, string>>;
}

interface AuditPage {
  readonly lines: readonly Line[];
  readonly next?: string;
  readonly anchoredAt?: number;
}

export function Audit(): JSX.Element {
  const [event, setEvent] = useState('');
  const ask = event === '' ? '' : `event=${event}`;
  const [loaded, again] = useLoaded<AuditPage>(`/audit?${ask}`);
  return (
    <>
      <Title>{say('Dziennik zdarzeń', 'Audit log')}</Title>
      <div class="card">
        <Select
          label={say('Rodzaj zdarzenia', 'Kind of event')}
          value={event}
          set={setEvent}
          options={[['', say('wszystkie', 'all')], ...eventNames()]}
        />
      </div>
      <Verify />
      <Await of={loaded} again={again}>
        {(page) => <AuditLines key={ask} first={page} ask={ask} />}
      </Await>
    </>
  );
}

interface Verdict {
  readonly differences: readonly { readonly what: string; readonly todo: string }[];
  readonly lines: number;
  readonly anchoredTo: number;
}

function Verify(): JSX.Element {
  const [verdict, setVerdict] = useState<Verdict>();
  const { busy, problem, run } = useDoing();
  const verify = (): void => void run(async () => setVerdict(await post<Verdict>('/audit/verify', {}, VERIFY_MS)));
  return (
    <div class="card">
      <button type="button" disabled={busy} onClick={verify}>
        {say('Sprawdź dziennik teraz', 'Verify the log now')}
      </button>
      <div role="status">
        {busy ? <p>{say('Sprawdzanie…', 'Verifying…')}</p> : null}
        {verdict && !busy ? <VerdictNote verdict={verdict} /> : null}
      </div>
      <ProblemNote problem={problem} />
    </div>
  );
}

/** A long log takes its time to be read. */
const VERIFY_MS = 300_000;

function VerdictNote({ verdict: { differences, lines, anchoredTo } }: { verdict: Verdict }): JSX.Element {
  if (differences.length === 0)
    return (
      <Note tone="good" title={say('Dziennik jest nienaruszony', 'The log is intact')}>
        {say(
          `Odczytano zdarzeń: ${lines}; podpis obejmuje zdarzenia do numeru ${anchoredTo}. Wobec tego, kto administruje serwerem, dowodem są tylko kotwice przechowywane poza nim.`,
          `Events read: ${lines}; signed up to number ${anchoredTo}. Against whoever administers the server only anchors that are kept elsewhere are proof.`,
        )}
      </Note>
    );
  return (
    <Note tone="bad" title={say('Dziennik został zmieniony albo uszkodzony', 'The log was changed or is damaged')}>
      <p>
        {say(
          'Powiadom Inspektora Ochrony Danych i administratora; niczego nie usuwaj.',
          'Tell the data-protection officer and the administrator; remove nothing.',
        )}
      </p>
      <ul lang="en">
        {differences.map(({ what, todo }, n) => (
          <li key={n}>
            {what}: {todo}
          </li>
        ))}
      </ul>
    </Note>
  );
}

function AuditLines({ first, ask }: { first: AuditPage; ask: string }): JSX.Element {
  const [pages, setPages] = useState([first]);
  const nameOf = useNames();
  const { busy, problem, run } = useDoing();
  const next = pages.at(-1)?.next;
  const more = (): void =>
    void run(async () => {
      const page = await get<AuditPage>(`/audit?${ask}&cursor=${encodeURIComponent(next ?? '')}`);
      setPages((before) => [...before, page]);
    });
  return (
    <section class="card" aria-label={say('Zdarzenia', 'Events')}>
      {first.anchoredAt === undefined ? null : (
        <p class="soft">
          {say('Ostatnia kotwica:', 'Last anchor:')} {when(first.anchoredAt)}
        </p>
      )}
      <table class="cards">
        <thead>
          <tr>
            <th scope="col">{say('Kiedy', 'When')}</th>
            <th scope="col">{say('Kto', 'Who')}</th>
            <th scope="col">{say('Zdarzenie', 'Event')}</th>
            <th scope="col">{say('Szczegóły', 'Details')}</th>
          </tr>
        </thead>
        <tbody>
          {pages
            .flatMap(({ lines }) => lines)
            .map((line) => (
              <tr key={line.seq}>
                <td data-label={say('Kiedy', 'When')} class="numbers">
                  {when(line.at)}
                </td>
                <td data-label={say('Kto', 'Who')} class="break">
                  {line.actor.id === undefined ? actorName(line.actor.by) : nameOf(line.actor.id)}
                </td>
                <td data-label={say('Zdarzenie', 'Event')}>{eventName(line.event)}</td>
                <td data-label={say('Szczegóły', 'Details')} class="break small">
                  {Object.entries({ ...line.facts, ...line.personal })
                    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
                    .join('; ')}
                </td>
              </tr>
            ))}
        </tbody>
      </table>
      <ProblemNote problem={problem} />
      {next === undefined ? null : (
        <button type="button" disabled={busy} onClick={more}>
          {say('Pokaż wcześniejsze', 'Show earlier ones')}
        </button>
      )}
    </section>
  );
}

const actorName = (by: string): string =>
  by === 'system'
    ? say('system', 'the system')
    : by === 'command-line'
      ? say('wiersz poleceń', 'command line')
      : say('nieznany', 'unknown');

interface Handset {
  readonly extension: string;
  readonly displayName?: string;
  readonly unit?: string;
  readonly maker?: string;
  readonly informed: boolean;
}

export function Handsets(): JSX.Element {
  const [loaded, again] = useLoaded<{ handsets: readonly Handset[] }>('/handsets');
  return (
    <>
      <Title>{say('Aparaty', 'Handsets')}</Title>
      <Await of={loaded} again={again}>
        {({ handsets }) => (
          <div class="grid">
            {handsets.map((handset) => (
              <HandsetCard key={handset.extension} handset={handset} again={again} />
            ))}
          </div>
        )}
      </Await>
    </>
  );
}

function HandsetCard({ handset, again }: { handset: Handset; again: () => void }): JSX.Element {
  const { extension, displayName, unit, maker, informed } = handset;
  const [code, setCode] = useState<{ url: string; code: readonly string[] }>();
  const [person, setPerson] = useState('');
  const [on, setOn] = useState('');
  const { busy, problem, run } = useDoing();
  const show = (): void =>
    void run(async () => setCode(await post<{ url: string; code: string[] }>(`/handsets/${extension}/code`)));
  const submit = (event: Event): void => {
    event.preventDefault();
    void run(async () => {
      await post('/informations', { extension, person, on });
      again();
    });
  };
  return (
    <section class="card" aria-label={extension}>
      <h2>
        {extension} {displayName ?? ''}
      </h2>
      <p>
        {unit ?? ''}{' '}
        {informed ? (
          <Mark tone="good">{say('poinformowany o nagrywaniu', 'told of the recording')}</Mark>
        ) : (
          <Mark tone="bad">{say('brak informacji o nagrywaniu (§ 7)', 'not told of the recording (§ 7)')}</Mark>
        )}
      </p>
      <ProblemNote problem={problem} />
      {maker === undefined ? null : (
        <button type="button" onClick={show}>
          {say('Pokaż kod konfiguracji', 'Show the code to set it up')}
        </button>
      )}
      {code ? (
        <>
          <Note tone="warn">
            {say(
              'Kto ma ten kod, może zarejestrować ten aparat. Nie zostawiaj go na ekranie.',
              'Who has this code can register as this handset. Do not leave it on the screen.',
            )}
          </Note>
          <Qr rows={code.code} name={say('Kod konfiguracji', 'Code to set it up')} />
        </>
      ) : null}
      {informed ? null : (
        <form onSubmit={submit}>
          <Input label={say('Kogo poinformowano', 'Who was told')} value={person} set={setPerson} required />
          <Input label={say('Dnia', 'On')} type="date" value={on} set={setOn} required />
          <button type="submit" disabled={busy}>
            {say('Wpisz informację', 'Enter it')}
          </button>
        </form>
      )}
    </section>
  );
}
