/** What is wrong with the program, above every page: the cause, what still works, and what to do. */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { watchPatience } from '../api.js';
import { say } from '../language.js';
import { useMe } from '../me.js';
import { whileInSight } from '../use.js';
import { Note } from './basics.js';
import type { Trouble } from '../../doors.js';

interface Words {
  readonly cause: string;
  readonly works: string;
  readonly next: string;
}

const words = (): Readonly<Record<Trouble, Words>> => ({
  redis: {
    cause: say('Baza Redis nie odpowiada', 'Redis does not answer'),
    works: say(
      'Rozmowy są obsługiwane i nagrywane. Nie działają logowanie, wyszukiwanie i odsłuch.',
      'Calls go on and are recorded. Logging in, searching and hearing do not work.',
    ),
    next: say(
      'Administrator: sprawdź usługę redis-server i miejsce na dysku. Połączenie wróci samo.',
      'Administrator: see to redis-server and to room on the disk. It comes back by itself.',
    ),
  },
  audit: {
    cause: say('Dziennik zdarzeń nie przyjmuje zapisów', 'The audit log takes no entries'),
    works: say(
      'Rozmowy są obsługiwane i nagrywane. Czynności w konsoli są wstrzymane, bo każda musi być zapisana.',
      'Calls go on and are recorded. Nothing can be done in the console, since it has to be on record.',
    ),
    next: say(
      'Administrator: najczęstszą przyczyną jest pełny dysk; zwolnij miejsce.',
      'Administrator: most often the disk is full; make room.',
    ),
  },
  disk: {
    cause: say('Brakuje miejsca na nagrania', 'There is no room for recordings'),
    works: say(
      'Rozmowy są obsługiwane i można odsłuchiwać nagrania. Nowe rozmowy mogą nie być nagrywane.',
      'Calls go on and recordings can be heard. New calls may not be recorded.',
    ),
    next: say(
      'Administrator: zwolnij miejsce na dysku albo zwiększ przydział na stronie „Miejsce na nagrania”.',
      'Administrator: make room on the disk, or raise the quota on “Room for recordings”.',
    ),
  },
  encoding: {
    cause: say('Przygotowanie nagrań jest opóźnione', 'Recordings are made late'),
    works: say(
      'Rozmowy są obsługiwane i nagrywane, nic nie ginie. Najnowszych nagrań nie można jeszcze odsłuchać.',
      'Calls go on and are recorded, nothing is lost. The newest recordings cannot be heard yet.',
    ),
    next: say(
      'Poczekaj. Jeśli trwa to dłużej niż godzinę, administrator sprawdza obciążenie serwera.',
      'Wait. If it takes more than an hour the administrator looks at the load of the server.',
    ),
  },
  sip: {
    cause: say('Serwer telefoniczny (SIP) nie odpowiada', 'The SIP server does not answer'),
    works: say(
      'Konsola, wyszukiwanie i odsłuch działają. Nowe rozmowy nie są odbierane.',
      'The console, searching and hearing work. New calls are not taken.',
    ),
    next: say(
      'Program uruchamia go ponownie sam. Jeśli po minucie nadal nie działa, administrator uruchamia Halinę ponownie.',
      'It is started again by itself. If it does not come back within a minute the administrator starts Halina again.',
    ),
  },
  media: {
    cause: say('Moduł dźwięku nie odpowiada', 'The media engine does not answer'),
    works: say(
      'Konsola, wyszukiwanie i odsłuch działają. Rozmowy mogą być przerywane.',
      'The console, searching and hearing work. Calls may be cut off.',
    ),
    next: say(
      'Program uruchamia go ponownie sam. Jeśli po minucie nadal nie działa, administrator uruchamia Halinę ponownie.',
      'It is started again by itself. If it does not come back within a minute the administrator starts Halina again.',
    ),
  },
  lines: {
    cause: say('Łącze do operatora nie działa', 'A line to the provider does not work'),
    works: say(
      'Rozmowy wewnętrzne, wyszukiwanie i odsłuch działają.',
      'Calls within the house, searching and hearing work.',
    ),
    next: say(
      'Administrator: strona „Łącza” pokazuje, które, i pozwala je sprawdzić.',
      'Administrator: “Lines” shows which, and lets you check it.',
    ),
  },
});

/** Without a connection for so long one is told. */
const SILENT_MS = 4000;

/** Whether the server can be heard, and what it tells of itself; `rights`: called when one may more or less than before. */
function useTroubles(rights: () => void): { troubles: readonly Trouble[]; silent: boolean } {
  const [troubles, setTroubles] = useState<readonly Trouble[]>([]);
  const [silent, setSilent] = useState(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let begun = false;
    const heard = (): void => {
      clearTimeout(timer);
      timer = undefined;
      setSilent(false);
    };
    const stop = whileInSight('/api/v1/events?only=tasks', (source) => {
      source.addEventListener('open', heard);
      source.addEventListener('error', () => (timer ??= setTimeout(() => setSilent(true), SILENT_MS)));
      source.addEventListener('troubles', (event: MessageEvent<string>) =>
        setTroubles((JSON.parse(event.data) as { troubles: Trouble[] }).troubles),
      );
      source.addEventListener('rights', rights);
      // Begun anew: what was told meanwhile is not told again.
      source.addEventListener('reset', () => {
        if (begun) rights();
        begun = true;
      });
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [rights]);
  return { troubles, silent };
}

export function Troubles(): JSX.Element {
  const { look } = useMe();
  const { troubles, silent } = useTroubles(look);
  return (
    <div id="troubles" role="status" class="no-print">
      {silent ? <Silent /> : null}
      {troubles.map((one) => {
        const { cause, works, next } = words()[one];
        return (
          <Note key={one} tone="warn" title={cause}>
            <p>
              {works} {next}
            </p>
          </Note>
        );
      })}
    </div>
  );
}

const Silent = (): JSX.Element => (
  <Note tone="warn" title={say('Serwer Haliny nie odpowiada', 'The server of Halina does not answer')}>
    {say(
      'To, co widać, może być nieaktualne. Rozmowy mogą nadal trwać. Sprawdź połączenie z siecią urzędu; jeśli działa, powiadom administratora. Strona łączy się ponownie sama.',
      "What you see may be out of date. Calls may go on. Check your connection to the office's network; if that works tell the administrator. The page reconnects by itself.",
    )}
  </Note>
);

/** Said while something is awaited for longer than usual, on every page. */
export function Patience(): JSX.Element {
  const [slow, setSlow] = useState(false);
  useEffect(() => watchPatience(setSlow), []);
  return (
    <div role="status" class="no-print">
      {slow ? (
        <Note tone="warn" title={say('Serwer długo nie odpowiada', 'The server takes long to answer')}>
          {say(
            'Rozmowy są obsługiwane niezależnie od tej strony. Poczekaj jeszcze chwilę; jeśli odpowiedź nie przyjdzie, strona powie, co zrobić.',
            'Calls do not depend on this page. Wait a moment; if no answer comes the page says what to do.',
          )}
        </Note>
      ) : null}
    </div>
  );
}
