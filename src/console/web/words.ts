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

/** Whether there is a recording, with how that is to be shown. */
export function recordingMark(call: {
  readonly phase: string;
  readonly why?: string | undefined;
}): ['good' | 'warn' | 'bad' | 'live' | undefined, string] {
  if (call.phase === 'recorded') return ['good', say('dostępne', 'there')];
  if (call.phase === 'running') return ['live', say('rozmowa trwa', 'going on')];
  if (call.phase === 'closed') return ['warn', say('w przygotowaniu', 'being made')];
  if (call.phase === 'failed') return ['bad', say('nie udało się zapisać', 'could not be made')];
  if (call.phase === 'evicted') return [undefined, say('usunięte po terminie', 'evicted')];
  if (call.phase === 'erased') return [undefined, say('usunięte na wniosek', 'erased')];
  return [undefined, unrecordedName(call.why ?? '')];
}

export const purposeNames = (): readonly (readonly [string, string])[] => [
  ['complaint', say('skarga lub wniosek', 'a complaint or motion')],
  ['quality', say('jakość obsługi', 'quality of service')],
  ['data-protection', say('ochrona danych osobowych', 'protection of personal data')],
  ['disclosure', say('udostępnienie uprawnionemu organowi', 'disclosure to an authority')],
];

/** What happened in a stretch of a call. */
export function partName(kind: string): string {
  const names: Readonly<Record<string, string>> = {
    talk: say('rozmowa', 'talk'),
    hold: say('wstrzymanie', 'hold'),
    stopped: say('nagrywanie zatrzymane', 'recording stopped'),
    ringing: say('dzwonienie', 'ringing'),
    parked: say('zaparkowana', 'parked'),
    queued: say('w kolejce', 'in a queue'),
    menu: say('w menu', 'in the menu'),
  };
  return names[kind] ?? kind;
}

/** How somebody came to talk; undefined where they were simply rung. */
export function talkReasonName(why: string): string | undefined {
  const names: Readonly<Record<string, string>> = {
    forwarded: say('w zastępstwie', 'in place of another'),
    'picked-up': say('przejęta', 'picked up'),
    transferred: say('przekazana', 'transferred'),
    retrieved: say('odebrana z parkowania', 'retrieved'),
    returned: say('wróciła, bo nikt nie odebrał', 'came back, nobody answered'),
  };
  return names[why];
}

/** What was wrong with the sound. */
export function troubleName(what: string): string {
  const names: Readonly<Record<string, string>> = {
    'one-way': say('nie było słychać tej strony', 'this side was not heard'),
    'no-audio': say('nie było słychać nikogo', 'nobody was heard'),
    clipping: say('przesterowany', 'clipped'),
  };
  return names[what] ?? what;
}

export const roleOrder = [
  'administrator',
  'secretary',
  'staff',
  'dpo',
  'unit_head',
  'front_office',
  'auditor',
] as const;

export function roleName(role: string): string {
  const names: Readonly<Record<string, string>> = {
    administrator: say('administrator systemu informatycznego', 'administrator'),
    secretary: say('Sekretarz', 'Secretary'),
    staff: say('wyznaczony pracownik', 'designated employee'),
    dpo: say('Inspektor Ochrony Danych', 'data-protection officer'),
    unit_head: say('kierownik komórki organizacyjnej', 'head of a unit'),
    front_office: say('Biuro Podawcze', 'front office'),
    auditor: say('audytor', 'auditor'),
  };
  return names[role] ?? role;
}

/** What one person asked for and another confirms. */
export function actionName(action: string): string {
  const names: Readonly<Record<string, string>> = {
    quota: say('Zmniejszenie miejsca na nagrania', 'Less room for recordings'),
    'release-hold': say('Zwolnienie zabezpieczenia nagrania', 'Release of a hold'),
    erase: say('Usunięcie nagrania', 'Erasure of a recording'),
    'grant-hearing-role': say('Nadanie roli z prawem odsłuchu', 'A role that hears'),
    'reset-second-factor': say('Nowy drugi składnik logowania', 'New second factor'),
    export: say('Eksport nagrania', 'Export of a recording'),
  };
  return names[action] ?? action;
}

export const eventNames = (): readonly (readonly [string, string])[] => [
  ['login', say('logowanie', 'log-in')],
  ['logout', say('wylogowanie', 'log-out')],
  ['refused', say('odmowa dostępu', 'refusal')],
  ['search', say('wyszukiwanie', 'search')],
  ['call_opened', say('wgląd w rozmowę', 'call opened')],
  ['purpose', say('podanie celu odsłuchu', 'purpose stated')],
  ['grant', say('uprawnienie do odsłuchu', 'grant to hear')],
  ['playback', say('odtwarzanie', 'playback')],
  ['hold', say('zabezpieczenie', 'hold')],
  ['erasure', say('usunięcie', 'erasure')],
  ['pending', say('czynność dwóch osób', 'action of two persons')],
  ['account', say('zmiana konta', 'account')],
  ['role', say('zmiana roli', 'role')],
  ['second_factor', say('drugi składnik', 'second factor')],
  ['authorisation', say('upoważnienie', 'authorisation')],
  ['deputy', say('zastępstwo', 'deputy')],
  ['request', say('wniosek', 'request')],
  ['document', say('pismo', 'document')],
  ['recording', say('nagranie', 'recording')],
  ['settings', say('zmiana ustawień', 'settings')],
  ['quota', say('zmiana miejsca na nagrania', 'quota')],
  ['process', say('uruchomienie programu', 'process')],
  ['employee_informed', say('informacja o nagrywaniu dla pracownika', 'employee told')],
  ['prompt', say('zmiana komunikatu', 'prompt')],
  ['export', say('eksport', 'export')],
  ['disclosure', say('udostępnienie organowi', 'disclosure')],
  ['verify', say('sprawdzenie dziennika', 'log verified')],
  ['backup', say('kopia zapasowa', 'backup')],
  ['restore', say('odtworzenie z kopii', 'restore')],
  ['clock_step', say('przestawienie zegara', 'clock set')],
  ['chain', say('łańcuch dziennika', 'chain')],
  ['chain_key', say('klucz podpisu dziennika', 'signing key')],
  ['details_erased', say('usunięcie szczegółów', 'details erased')],
  ['encryption', say('szyfrowanie', 'encryption')],
];

export const eventName = (event: string): string => eventNames().find(([name]) => name === event)?.[1] ?? event;
