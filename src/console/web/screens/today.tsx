/** Today: what goes on now, and whether all is well. */
import type { JSX } from 'preact';
import { useCallback, useState } from 'preact/hooks';
import { wordsOf } from '../../../base/alarm-words.js';
import type { LiveCall, OfficeStatus } from '../../doors.js';
import { bytes, count, length, number, phone, say, tell, when } from '../language.js';
import { may, useMe } from '../me.js';
import { Await, Mark, Note, Title, type Tone } from '../parts/basics.js';
import { useEvents, useLoaded, useNow } from '../use.js';
import { stateName } from '../words.js';
import { TaskList, useTasks } from './requests.js';

export function Today(): JSX.Element {
  const { me } = useMe();
  return (
    <>
      <Title>{say('Dzisiaj', 'Today')}</Title>
      <Shortcuts />
      {may(me, 'request.see') || may(me, 'disclosure.see') ? <WaitsForMe /> : null}
      {may(me, 'live.see') ? <Live /> : null}
    </>
  );
}

/** What this person does most, a click away. */
function Shortcuts(): JSX.Element | null {
  const { me } = useMe();
  const all: readonly (readonly [permission: string, href: string, name: string])[] = [
    ['request.file', '/requests/new', say('Przyjmij wniosek', 'Enter a request')],
    ['calls.search', '/calls', say('Znajdź rozmowę', 'Find a call')],
    ['reports.read', '/reports', say('Zestawienie miesięczne', 'Monthly report')],
    ['audit.read', '/audit', say('Przejrzyj dziennik zdarzeń', 'Look into the audit log')],
  ];
  const mine = all.filter(([permission]) => may(me, permission)).slice(0, 3);
  if (mine.length === 0) return null;
  return (
    <p class="row">
      {mine.map(([, href, name], index) => (
        <a key={href} class={`button ${index === 0 ? 'main' : ''}`} href={href}>
          {name}
        </a>
      ))}
    </p>
  );
}

function WaitsForMe(): JSX.Element {
  const [loaded, again] = useTasks();
  return (
    <section class="card" aria-labelledby="waits">
      <h2 id="waits">{say('Czeka na mnie', 'Waits for me')}</h2>
      <Await of={loaded} again={again}>
        {(tasks) =>
          tasks.length === 0 ? (
            <p class="soft">{say('Teraz nic na Ciebie nie czeka.', 'Nothing waits for you.')}</p>
          ) : (
            <TaskList tasks={tasks} />
          )
        }
      </Await>
    </section>
  );
}

function Live(): JSX.Element {
  const [status, again] = useLoaded<OfficeStatus>('/status');
  const [calls, setCalls] = useState<readonly LiveCall[]>();
  const changed = useCallback((call: LiveCall) => {
    setCalls((before = []) =>
      before.some(({ id }) => id === call.id)
        ? before.map((one) => (one.id === call.id ? call : one))
        : [...before, call],
    );
  }, []);
  const connected = useEvents({
    calls: (data) => setCalls(data as LiveCall[]),
    call: (data) => changed(data as LiveCall),
    'call-over': (data) => setCalls((before = []) => before.filter(({ id }) => id !== (data as { id: string }).id)),
    status: again,
  });
  return (
    <>
      {connected ? null : (
        <Note tone="warn" title={say('Podgląd na żywo jest przerwany', 'The live view is interrupted')}>
          {say(
            'Poniżej widać ostatni znany stan. Połączenie jest ponawiane samo; jeśli to trwa dłużej niż minutę, powiadom administratora.',
            'What you see is the last that is known. It reconnects by itself; if this takes more than a minute tell the administrator.',
          )}
        </Note>
      )}
      <Await of={status} again={again}>
        {(value) => (
          <div class="grid">
            <Alarms alarms={value.alarms} />
            <Calls calls={calls} most={value.calls.most} />
            <Disk disk={value.disk} />
            <Trunks trunks={value.trunks} />
            <Handsets handsets={value.handsets} />
          </div>
        )}
      </Await>
    </>
  );
}

const Alarms = ({ alarms }: Pick<OfficeStatus, 'alarms'>): JSX.Element => (
  <section class="card wide" aria-labelledby="alarms">
    <h2 id="alarms">{say('Co wymaga uwagi', 'What needs attention')}</h2>
    {alarms.length === 0 ? (
      <p>
        <Mark tone="good">{say('Wszystko działa', 'All is well')}</Mark>
      </p>
    ) : (
      <ul class="plain">
        {alarms.map((alarm) => (
          <li key={`${alarm.code} ${alarm.subject}`}>
            <AlarmText alarm={alarm} />
          </li>
        ))}
      </ul>
    )}
  </section>
);

function AlarmText({ alarm }: { alarm: OfficeStatus['alarms'][number] }): JSX.Element {
  const words = wordsOf(alarm);
  return (
    <>
      <Mark tone="bad">{say('Alarm', 'Alarm')}</Mark> <strong>{words ? tell(words.what) : alarm.code}</strong>{' '}
      <span class="soft small">
        {say('od', 'since')} {when(alarm.since)}
      </span>
      {words ? <p>{tell(words.next)}</p> : null}
      <details class="small">
        <summary>{say('Szczegóły techniczne', 'Technical details')}</summary>
        <p class="soft break">
          {say('Program zapisał po angielsku:', 'The program wrote:')}{' '}
          <code lang="en">
            {alarm.code}: {alarm.message}
          </code>
        </p>
      </details>
    </>
  );
}

function Calls({ calls, most }: { calls: readonly LiveCall[] | undefined; most: number }): JSX.Element {
  const now = useNow();
  return (
    <section class="card wide" aria-labelledby="calls">
      <div class="between">
        <h2 id="calls">{say('Trwające rozmowy', 'Calls now')}</h2>
        <span class="soft">
          {calls?.length ?? 0} {say('z', 'of')} {number(most)} {say('możliwych naraz', 'possible at once')}
        </span>
      </div>
      {calls === undefined || calls.length === 0 ? (
        <p class="soft">{say('Teraz nikt nie rozmawia z nikim spoza urzędu.', 'Nobody is talking just now.')}</p>
      ) : (
        <table class="cards">
          <thead>
            <tr>
              <th scope="col">{say('Od', 'Since')}</th>
              <th scope="col">{say('Kierunek', 'Direction')}</th>
              <th scope="col">{say('Rozmówca', 'Outside party')}</th>
              <th scope="col">{say('Wewnętrzny', 'Extension')}</th>
              <th scope="col">{say('Stan', 'State')}</th>
              <th scope="col">{say('Nagrywanie', 'Recording')}</th>
            </tr>
          </thead>
          <tbody>
            {calls.map((call) => (
              <tr key={call.id}>
                <td data-label={say('Od', 'Since')} class="numbers">
                  {when(call.startedAt, 'time')} ({length(now - call.startedAt)})
                </td>
                <td data-label={say('Kierunek', 'Direction')}>{directionName(call.direction)}</td>
                <td data-label={say('Rozmówca', 'Outside party')} class="numbers">
                  {phone(call.outside ?? '') ||
                    (call.direction === 'internal' ? '–' : say('numer zastrzeżony', 'withheld'))}
                </td>
                <td data-label={say('Wewnętrzny', 'Extension')} class="numbers">
                  {call.extension ?? call.ringing?.join(', ') ?? call.dialled}
                </td>
                <td data-label={say('Stan', 'State')}>{stateName(call.state)}</td>
                <td data-label={say('Nagrywanie', 'Recording')}>
                  {call.recording ? (
                    <Mark tone="live">{say('nagrywana', 'recorded')}</Mark>
                  ) : (
                    <span class="soft">{say('nie', 'no')}</span>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

export const directionName = (direction: string): string =>
  direction === 'inbound'
    ? say('przychodząca', 'inbound')
    : direction === 'outbound'
      ? say('wychodząca', 'outbound')
      : say('wewnętrzna', 'internal');

const Disk = ({ disk }: Pick<OfficeStatus, 'disk'>): JSX.Element => (
  <section class="card" aria-labelledby="disk">
    <h2 id="disk">{say('Miejsce na nagrania', 'Room for recordings')}</h2>
    <meter min={0} max={disk.quota} value={disk.used} aria-labelledby="disk" />
    <p>
      <strong>{bytes(disk.used)}</strong> {say('z', 'of')} {bytes(disk.quota)},{' '}
      {count(disk.recordings, ['nagranie', 'nagrania', 'nagrań'], ['recording', 'recordings'])}
    </p>
    <p class="soft">
      {disk.recordings === 0
        ? say('Nie ma jeszcze nagrań.', 'There are no recordings yet.')
        : `${say('Archiwum sięga wstecz', 'The archive reaches back')} ${count(Math.floor(disk.reachesBackDays), ['dzień', 'dni', 'dni'], ['day', 'days'])}.`}
    </p>
  </section>
);

function Trunks({ trunks }: Pick<OfficeStatus, 'trunks'>): JSX.Element {
  return (
    <section class="card" aria-labelledby="trunks">
      <h2 id="trunks">{say('Łącza do operatora', 'Lines to the provider')}</h2>
      {trunks.length === 0 ? <p class="soft">{say('Nie ma żadnego łącza.', 'There is none.')}</p> : null}
      <ul class="plain">
        {trunks.map((trunk) => {
          const [tone, text] = trunkState(trunk);
          return (
            <li key={trunk.name} class="between">
              <span class="break">
                <strong>{trunk.name}</strong>{' '}
                <span class="soft small">
                  {count(trunk.calls, ['rozmowa', 'rozmowy', 'rozmów'], ['call', 'calls'])}
                </span>
              </span>
              <Mark tone={tone}>{text}</Mark>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

export function trunkState({ health, registration }: OfficeStatus['trunks'][number]): [Tone, string] {
  if (registration?.state === 'failed') return ['bad', say('rejestracja odrzucona', 'registration refused')];
  if (health === 'down') return ['bad', say('nie odpowiada', 'does not answer')];
  if (registration?.state === 'registering') return ['warn', say('rejestruje się', 'registering')];
  if (health === 'up' || registration?.state === 'registered') return ['good', say('działa', 'works')];
  return [undefined, say('jeszcze nie wiadomo', 'not known yet')];
}

const Handsets = ({ handsets }: Pick<OfficeStatus, 'handsets'>): JSX.Element => (
  <section class="card wide" aria-labelledby="handsets">
    <h2 id="handsets">{say('Aparaty', 'Handsets')}</h2>
    {handsets.length === 0 ? <p class="soft">{say('Nie ma żadnego aparatu.', 'There is none.')}</p> : null}
    <ul class="plain many">
      {handsets.map(({ extension, displayName, contacts }) => (
        <li key={extension} class="between">
          <span class="break">
            <strong class="numbers">{extension}</strong> {displayName}
          </span>
          {contacts.some(({ reachable }) => reachable) ? (
            <Mark tone="good">{say('działa', 'registered')}</Mark>
          ) : contacts.length > 0 ? (
            <Mark tone="warn">{say('nie odpowiada', 'does not answer')}</Mark>
          ) : (
            <Mark>{say('niezarejestrowany', 'not registered')}</Mark>
          )}
        </li>
      ))}
    </ul>
  </section>
);
