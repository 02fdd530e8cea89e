/** Words of the call application and the archive, as the office says them. */
import { say } from './language.js';

/** What a live call is doing. */
export function stateName(state: string): string {
  const names: Readonly<Record<string, string>> = {
    ringing: say('dzwoni', 'ringing'),
    talking: say('rozmowa', 'talking'),
    connected: say('rozmowa', 'talking'),
    notice: say('komunikat o nagrywaniu', 'notice of recording'),
    announcing: say('komunikat', 'announcement'),
    dialling: say('wybieranie', 'dialling'),
    queued: say('czeka w kolejce', 'waits in a queue'),
    menu: say('wybiera w menu', 'in the menu'),
    held: say('wstrzymana', 'on hold'),
    parked: say('zaparkowana', 'parked'),
    ending: say('kończy się', 'ending'),
  };
  return names[state] ?? state;
}

/** Why a call has ended. */
export function endName(reason: string): string {
  const names: Readonly<Record<string, string>> = {
    completed: say('zakończona', 'completed'),
    cancelled: say('przerwana przez dzwoniącego', 'given up by the caller'),
    busy: say('zajęte', 'busy'),
    'no-answer': say('nikt nie odebrał', 'no answer'),
    refused: say('odrzucona', 'refused'),
    unreachable: say('nieosiągalny', 'unreachable'),
    'notice-failed': say('nie udało się odtworzyć komunikatu', 'the notice could not be played'),
    'caller-declined': say('rozmówca zrezygnował przy wyborze', 'the caller left at the choice'),
    'media-lost': say('zanikł dźwięk', 'sound was lost'),
    'peer-lost': say('utracono połączenie', 'the other side was lost'),
    limit: say('przekroczony limit', 'limit reached'),
    private: say('prywatna, przerwana kodem', 'private, ended by code'),
    'engine-lost': say('awaria modułu dźwięku', 'media process lost'),
    restart: say('ponowne uruchomienie programu', 'restart of the program'),
    error: say('błąd', 'error'),
  };
  return names[reason] ?? reason;
}

/** Why a call has no recording. */
export function unrecordedName(why: string): string {
  const names: Readonly<Record<string, string>> = {
    'route-never': say('linia bez nagrywania', 'a line that is never recorded'),
    'not-connected': say('nie doszło do rozmowy', 'nobody talked'),
    choice: say('rozmówca wybrał rozmowę bez nagrywania', 'the caller chose not to be recorded'),
    'notice-failed': say('nie odtworzono komunikatu', 'the notice could not be played'),
    'no-room': say('brak miejsca', 'no room'),
    unconfirmed: say('nie potwierdzono poinformowania', 'the notice was not confirmed'),
    failed: say('awaria nagrywania', 'the recorder failed'),
  };
  return names[why] ?? why;
}
