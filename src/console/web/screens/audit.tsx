/** The audit log: looked through, and verified. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { get, post } from '../api.js';
import { detailsOf } from '../audit-words.js';
import { say, when } from '../language.js';
import type { Line } from '../listenings.js';
import { Await, Input, Note, ProblemNote, Select, Title } from '../parts/basics.js';
import { useDoing, useLoaded, useNames } from '../use.js';
import { eventName, eventNames } from '../words.js';

export interface AuditPage {
  readonly lines: readonly Line[];
  readonly next?: string;
  readonly anchoredAt?: number;
}

/** What is looked for, as the API asks for it. */
interface Filter {
  readonly event: string;
  readonly actor: string;
  readonly from: string;
  readonly to: string;
}

function askOf({ event, actor, from, to }: Filter): string {
  const ask = new URLSearchParams();
  if (event !== '') ask.set('event', event);
  if (actor !== '') ask.set('actor', actor);
  if (from !== '') ask.set('from', String(new Date(`${from}T00:00`).getTime()));
  if (to !== '') ask.set('to', String(new Date(`${to}T00:00`).getTime() + DAY_MS));
  return ask.toString();
}
const DAY_MS = 86_400_000;

export function Audit(): JSX.Element {
  const [filter, setFilter] = useState<Filter>({ event: '', actor: '', from: '', to: '' });
  const ask = askOf(filter);
  const [loaded, again] = useLoaded<AuditPage>(`/audit?${ask}`);
  const [people] = useLoaded<{ people: readonly { id: string; name: string }[] }>('/people');
  const names = people.state === 'there' ? people.value.people.map(({ id, name }) => [id, name] as const) : [];
  const field = (name: keyof Filter) => ({
    value: filter[name],
    set: (value: string) => setFilter((before) => ({ ...before, [name]: value })),
  });
  return (
    <>
      <Title>{say('Dziennik zdarzeń', 'Audit log')}</Title>
      <Verify />
      <section class="card no-print" aria-label={say('Szukanie w dzienniku', 'Search the log')}>
        <div class="columns narrow">
          <Select
            label={say('Rodzaj zdarzenia', 'Kind of event')}
            {...field('event')}
            options={[['', say('wszystkie', 'all')], ...eventNames()]}
          />
          <Select
            label={say('Kto', 'Who')}
            {...field('actor')}
            options={[['', say('wszyscy', 'everybody')], ...names]}
          />
          <Input label={say('Od dnia', 'From')} type="date" {...field('from')} />
          <Input label={say('Do dnia', 'To')} type="date" {...field('to')} />
        </div>
      </section>
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
    <div class="card no-print">
      <div class="between">
        <span class="soft">
          {say(
            'Zapisów nie da się zmienić ani usunąć tak, by sprawdzenie tego nie wykryło.',
            'Nothing can be changed or removed without the verification finding it.',
          )}
        </span>
        <button type="button" disabled={busy} onClick={verify}>
          {say('Sprawdź dziennik teraz', 'Verify the log now')}
        </button>
      </div>
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
      <AuditTable lines={pages.flatMap(({ lines }) => lines)} />
      <ProblemNote problem={problem} />
      {next === undefined ? null : (
        <button type="button" disabled={busy} onClick={more}>
          {say('Pokaż wcześniejsze', 'Show earlier ones')}
        </button>
      )}
    </section>
  );
}

export function AuditTable({ lines }: { lines: readonly Line[] }): JSX.Element {
  const nameOf = useNames();
  return (
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
        {lines.map((line) => (
          <tr key={line.seq}>
            <td data-label={say('Kiedy', 'When')} class="numbers">
              {when(line.at)}
            </td>
            <td data-label={say('Kto', 'Who')} class="break">
              {line.actor.id === undefined ? actorName(line.actor.by) : nameOf(line.actor.id)}
            </td>
            <td data-label={say('Zdarzenie', 'Event')}>{eventName(line.event)}</td>
            <td data-label={say('Szczegóły', 'Details')} class="break small">
              {detailsOf({ ...line.facts, ...line.personal }, nameOf)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const actorName = (by: string): string =>
  by === 'system'
    ? say('system', 'the system')
    : by === 'command-line'
      ? say('wiersz poleceń', 'command line')
      : say('nieznany', 'unknown');
