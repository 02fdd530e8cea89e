/** Finding calls: the search stands in the address, so that it can be kept and sent on. */
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { get } from '../api.js';
import { count, length, phone, say, when } from '../language.js';
import { Await, Input, Mark, ProblemNote, Select, Title } from '../parts/basics.js';
import { announce } from '../parts/announce.js';
import { Table } from '../parts/table.js';
import { go } from '../router.js';
import { useDoing, useLasting, useLoaded } from '../use.js';
import { recordingMark } from '../words.js';
import { directionName } from './today.js';
import type { CallRow } from '../../routes/call-views.js';

interface Page {
  readonly calls: readonly CallRow[];
  readonly next?: string;
  readonly answeredBy: 'index' | 'journal';
}

/** For so long what was found before stays in its place. */
const PATIENT_MS = 250;

/** What the form holds, as text. */
const fields = ['number', 'extension', 'direction', 'phase', 'from', 'to', 'note'] as const;
type Form = Record<(typeof fields)[number], string>;

const formOf = (query: URLSearchParams): Form =>
  Object.fromEntries(fields.map((name) => [name, query.get(name) ?? ''])) as Form;

/** As the API asks for it: days as times, few digits as the end of a number. */
function askOf(form: Form): string {
  const ask = new URLSearchParams();
  const digits = form.number.replaceAll(/[^\d+]/g, '').replace(/^00/, '+');
  if (digits.startsWith('+')) ask.set('number', digits);
  else if (digits !== '') ask.set('numberEnd', digits);
  for (const name of ['extension', 'direction', 'phase', 'note'] as const)
    if (form[name] !== '') ask.set(name, form[name]);
  if (form.from) ask.set('from', String(new Date(`${form.from}T00:00`).getTime()));
  if (form.to) ask.set('to', String(new Date(`${form.to}T24:00`).getTime()));
  return ask.toString();
}

export function Calls({ query }: { query: URLSearchParams }): JSX.Element {
  const ask = askOf(formOf(query));
  const [page, again] = useLoaded<Page>(`/calls?${ask}`);
  const isLate = useLasting(page.state === 'loading', PATIENT_MS);
  const before = useRef<{ ask: string; first: Page }>(undefined);
  if (page.state === 'there') before.current = { ask, first: page.value };
  // An answer that comes at once takes the old one's place; one that does not is awaited in its place.
  const shown = page.state === 'there' || (page.state === 'loading' && !isLate) ? before.current : undefined;
  return (
    <>
      <Title>{say('Rozmowy', 'Calls')}</Title>
      <Search asked={query.toString()} again={again} />
      {shown ? (
        <div aria-busy={page.state === 'loading'}>
          <Results key={shown.ask} {...shown} />
        </div>
      ) : (
        <Await of={page} again={again}>
          {(first) => <Results key={ask} first={first} ask={ask} />}
        </Await>
      )}
    </>
  );
}

/** `asked`: what the address asks for. */
function Search({ asked, again }: { asked: string; again: () => void }): JSX.Element {
  const [form, setForm] = useState(() => formOf(new URLSearchParams(asked)));
  // The address may have come by a link or from the browser's history; the fields stay, and the focus with them. Before they are
  // painted: what is typed at once is not taken away again.
  useLayoutEffect(() => setForm(formOf(new URLSearchParams(asked))), [asked]);
  const set = (name: keyof Form) => (value: string) => setForm((before) => ({ ...before, [name]: value }));
  const submit = (event: Event): void => {
    event.preventDefault();
    const query = new URLSearchParams(Object.entries(form).filter(([, value]) => value !== '')).toString();
    if (query === asked) again();
    else go(`/calls?${query}`);
  };
  return (
    <form class="card" role="search" onSubmit={submit}>
      <div class="columns">
        <Input
          label={say('Numer rozmówcy', 'Number of the outside party')}
          help={say('Cały z +48 albo co najmniej 3 ostatnie cyfry', 'Whole with +48, or the last 3 digits or more')}
          value={form.number}
          set={set('number')}
          inputMode="tel"
        />
        <Input
          label={say('Numer wewnętrzny', 'Extension')}
          help={say('np. 201', 'e.g. 201')}
          value={form.extension}
          set={set('extension')}
        />
        <Input
          label={say('Od dnia', 'From')}
          help={say('pierwszy dzień', 'first day')}
          type="date"
          value={form.from}
          set={set('from')}
        />
        <Input
          label={say('Do dnia', 'To')}
          help={say('ostatni dzień', 'last day')}
          type="date"
          value={form.to}
          set={set('to')}
        />
        <Select
          label={say('Kierunek', 'Direction')}
          value={form.direction}
          set={set('direction')}
          options={[
            ['', say('każdy', 'any')],
            ['inbound', directionName('inbound')],
            ['outbound', directionName('outbound')],
          ]}
        />
        <Select
          label={say('Nagranie', 'Recording')}
          value={form.phase}
          set={set('phase')}
          options={[
            ['', say('dowolne', 'any')],
            ['recorded', say('jest nagranie', 'there')],
            ['unrecorded', say('nie nagrywano', 'not recorded')],
            ['evicted', say('usunięte po terminie', 'evicted')],
            ['erased', say('usunięte na wniosek', 'erased')],
          ]}
        />
      </div>
      <p class="row">
        <button type="submit" class="main">
          {say('Szukaj', 'Search')}
        </button>
        <a href="/calls">{say('Wyczyść', 'Clear')}</a>
      </p>
    </form>
  );
}

function Results({ first, ask }: { first: Page; ask: string }): JSX.Element {
  const [later, setLater] = useState<{ of: Page; pages: readonly Page[] }>({ of: first, pages: [] });
  // What followed an older answer to the same question does not follow this one.
  const pages = later.of === first ? [first, ...later.pages] : [first];
  const { busy, problem, run } = useDoing();
  const next = pages.at(-1)?.next;
  const more = (): void =>
    void run(async () => {
      const page = await get<Page>(`/calls?${ask}&cursor=${encodeURIComponent(next ?? '')}`);
      setLater({ of: first, pages: [...pages.slice(1), page] });
    });
  const calls = pages.flatMap((page) => page.calls);
  const text = shownText(calls.length, next !== undefined);
  // Whoever does not see the list hears how long it is, and that it grew.
  useEffect(() => announce(text), [first, text]);
  if (calls.length === 0)
    return (
      <p class="card">
        {say(
          'Nie ma takich rozmów. Zmień warunki wyszukiwania.',
          'There are no such calls. Change what you search for.',
        )}
      </p>
    );
  return (
    <section class="card" aria-label={say('Wyniki', 'Results')}>
      <p class="soft small">{text}</p>
      <CallTable calls={calls} />
      <ProblemNote problem={problem} />
      {next === undefined ? null : (
        <p>
          <button type="button" onClick={more} disabled={busy}>
            {say('Pokaż wcześniejsze', 'Show earlier ones')}
          </button>
        </p>
      )}
    </section>
  );
}

function shownText(shown: number, more: boolean): string {
  if (shown === 0) return say('Nie znaleziono żadnej rozmowy.', 'No call was found.');
  const calls = count(shown, ['rozmowa', 'rozmowy', 'rozmów'], ['call', 'calls']);
  if (!more) return `${say('Znaleziono:', 'Found:')} ${calls}.`;
  const rest = say(
    'Wcześniejsze pokaże przycisk na końcu listy.',
    'A button at the end of the list shows earlier ones.',
  );
  return `${say('Najnowsze:', 'The newest:')} ${calls}. ${rest}`;
}

export const CallTable = ({ calls }: { calls: readonly CallRow[] }): JSX.Element => (
  <Table
    rows={calls}
    columns={[
      {
        name: say('Początek', 'Began'),
        class: 'numbers',
        cell: ({ id, startedAt }) => <a href={`/calls/${id}`}>{when(startedAt)}</a>,
      },
      { name: say('Kierunek', 'Direction'), cell: ({ direction }) => directionName(direction) },
      {
        name: say('Rozmówca', 'Outside party'),
        class: 'break',
        cell: ({ withheld, number, displayName }) => (
          <>
            <span class="numbers">{withheld ? say('numer zastrzeżony', 'withheld') : phone(number)}</span>{' '}
            {displayName ? <span class="soft">{displayName}</span> : null}
          </>
        ),
      },
      {
        name: say('Pracownik', 'Employee'),
        class: 'break',
        cell: ({ extension, employee }) => `${extension ?? '–'} ${employee ?? ''}`,
      },
      {
        name: say('Czas', 'Length'),
        class: 'numbers',
        cell: ({ talkMs }) => (talkMs === undefined ? '–' : length(talkMs)),
      },
      { name: say('Nagranie', 'Recording'), cell: (call) => <RecordingMarks call={call} /> },
    ]}
  />
);

/** From whom to whom, in a line of its own. */
export const Parties = ({ of }: { of: CallRow }): JSX.Element => (
  <span class="block soft">
    {of.withheld ? say('numer zastrzeżony', 'withheld') : phone(of.number)} → {of.extension ?? '–'} {of.employee ?? ''}
  </span>
);

/** A few calls in a narrow place: a line each. */
export const CallLines = ({ calls }: { calls: readonly CallRow[] }): JSX.Element => (
  <ul class="plain">
    {calls.map((call) => (
      <li key={call.id} class="between">
        <span>
          <a class="numbers" href={`/calls/${call.id}`}>
            {when(call.startedAt)}
          </a>
          , {directionName(call.direction)}, {call.talkMs === undefined ? '–' : length(call.talkMs)}
          <Parties of={call} />
        </span>
        <span>
          <RecordingMarks call={call} />
        </span>
      </li>
    ))}
  </ul>
);

export function RecordingMarks({ call }: { call: CallRow }): JSX.Element {
  const [tone, text] = recordingMark(call);
  return (
    <>
      <Mark tone={tone}>{text}</Mark>{' '}
      {call.restricted ? (
        <Mark tone="bad">{say('ograniczone', 'restricted')}</Mark>
      ) : call.held ? (
        <Mark tone="warn">{say('zabezpieczone', 'held')}</Mark>
      ) : null}
    </>
  );
}
