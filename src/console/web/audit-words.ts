/** Details of an audit event, as far as they mean something to a reader. Hashes and ids stand in the log itself. */
import { length, say, when } from './language.js';
import type { Stretch } from './listenings.js';
import { phaseName, stepName, paperName } from './request-words.js';
import { actionName, roleName } from './words.js';

const words: Readonly<Record<string, () => string>> = {
  sending: () => say('serwer zaczął wysyłać', 'the server began to send'),
  served: () => say('odtworzono (wysłał serwer)', 'served'),
  heard: () => say('odsłuchano (podał odtwarzacz)', 'heard'),
  asked: () => say('złożono', 'asked'),
  confirmed: () => say('potwierdzono', 'confirmed'),
  refused: () => say('odmówiono', 'refused'),
  lapsed: () => say('minął termin', 'lapsed'),
  done: () => say('wykonano', 'done'),
  placed: () => say('założono', 'placed'),
  released: () => say('zwolniono', 'released'),
  expired: () => say('wygasło', 'expired'),
  hold: () => say('zabezpieczenie', 'hold'),
  restriction: () => say('ograniczenie', 'restriction'),
  granted: () => say('nadano', 'granted'),
  withdrawn: () => say('cofnięto', 'withdrawn'),
  entered: () => say('wpisano', 'entered'),
  named: () => say('wyznaczono', 'named'),
  created: () => say('utworzono', 'created'),
  ok: () => say('udane', 'ok'),
  failed: () => say('nieudane', 'failed'),
  locked: () => say('zablokowane', 'locked'),
  issued: () => say('wydano', 'issued'),
  ended: () => say('zakończono', 'ended'),
  kept: () => say('zapisano', 'kept'),
  evicted: () => say('usunięto po terminie', 'evicted'),
  erased: () => say('usunięto', 'erased'),
  started: () => say('uruchomiono', 'started'),
  stopped: () => say('zatrzymano', 'stopped'),
  begun: () => say('rozpoczęto', 'begun'),
  file: () => say('przyjęto wniosek', 'request received'),
  made: () => say('sporządzono', 'made'),
  signed: () => say('dołączono podpisane', 'signed copy attached'),
  delivered: () => say('doręczono', 'delivered'),
  read: () => say('odczytano', 'read'),
  audit: () => say('dziennik zdarzeń', 'audit log'),
  accounts: () => say('konta', 'accounts'),
  authorisations: () => say('upoważnienia', 'authorisations'),
  deputies: () => say('zastępstwa', 'deputies'),
  requests: () => say('wnioski', 'requests'),
  informations: () => say('informacje dla pracowników', 'informations'),
  holds: () => say('zabezpieczenia', 'holds'),
  event: () => say('rodzaj zdarzenia', 'kind of event'),
  actor: () => say('osoba', 'person'),
  direction: () => say('kierunek', 'direction'),
  numberEnd: () => say('końcówka numeru', 'end of the number'),
  'register-requests': () => say('rejestr wniosków', 'register of requests'),
  'register-processing': () => say('rejestr czynności przetwarzania', 'record of processing'),
  'report-monthly': () => say('zestawienie miesięczne', 'monthly report'),
  'listening-session': () => say('odsłuch na wniosek', 'listening session'),
  opened: () => say('otwarto', 'opened'),
  quality: () => say('jakość obsługi', 'quality of service'),
  complaint: () => say('skarga lub wniosek', 'complaint'),
  'data-protection': () => say('ochrona danych', 'data protection'),
  disclosure: () => say('udostępnienie organowi', 'disclosure'),
  session: () => say('odsłuch na wniosek', 'listening session'),
  ordinance: () => say('odsłuch (§ 2)', 'to listen'),
  art15: () => say('art. 15 RODO', 'GDPR 15'),
};

const names: Readonly<Record<string, () => string>> = {
  action: () => say('czynność', 'action'),
  what: () => say('co', 'what'),
  change: () => say('zmiana', 'change'),
  step: () => say('krok', 'step'),
  outcome: () => say('wynik', 'outcome'),
  filters: () => say('warunki', 'conditions'),
  filter: () => say('szukano', 'searched for'),
  number: () => say('numer', 'number'),
  reason: () => say('powód', 'reason'),
  why: () => say('powód', 'reason'),
  purpose: () => say('cel', 'purpose'),
  reference: () => say('znak sprawy', 'case number'),
  permission: () => say('uprawnienie', 'permission'),
  role: () => say('rola', 'role'),
  roles: () => say('role', 'roles'),
  login: () => say('nazwa użytkownika', 'user name'),
  name: () => say('imię i nazwisko', 'name'),
  from: () => say('od', 'from'),
  to: () => say('do', 'to'),
  kind: () => say('rodzaj', 'kind'),
  effect: () => say('skutek', 'effect'),
  until: () => say('do', 'until'),
  paper: () => say('pismo', 'paper'),
  phase: () => say('stan', 'state'),
  extension: () => say('aparat', 'handset'),
  person: () => say('osoba', 'person'),
  differences: () => say('niezgodności', 'differences'),
  lines: () => say('zdarzeń', 'events'),
  method: () => say('sposób', 'way'),
  scope: () => say('zakres', 'scope'),
  heard: () => say('odsłuchano (podał odtwarzacz)', 'heard (by the player)'),
  served: () => say('wysłał serwer', 'the server sent'),
  sending: () => say('serwer zaczął wysyłać od', 'the server began to send from'),
};

/** What stands for a machine alone. */
const silent =
  /^(sha256|storedSha256|hash|grant|bytes|id|call|hold|pending|userAgent|device|route|proven|key|spki|replaces|source)$/;

const text = (name: string, value: unknown, nameOf: (id: string) => string): string => {
  if (Array.isArray(value) && /^(heard|served|sending)$/.test(name))
    return (value as readonly Stretch[]).map(stretchText).join(', ');
  if (Array.isArray(value)) return value.map((one) => text(name, one, nameOf)).join(', ');
  if (typeof value === 'boolean') return value ? say('tak', 'yes') : say('nie', 'no');
  if (typeof value === 'number') {
    if (value > 1e12) return when(value);
    return name === 'from' || name === 'to' ? length(value * 1000) : String(value);
  }
  if (typeof value !== 'string') return JSON.stringify(value);
  const word = words[value]?.();
  if (word !== undefined) return word;
  return [nameOf, stepName, actionName, paperName, phaseName, roleName].reduce(
    (said, words) => (said === value ? words(value) : said),
    value,
  );
};

const stretchText = ([from, to]: Stretch): string =>
  from === to ? length(from * 1000) : `${length(from * 1000)}–${length(to * 1000)}`;

/** A stretch of a recording, in seconds: 0:19–0:39. */
function stretchOf({ from, to }: Readonly<Record<string, unknown>>): string[] {
  return typeof from === 'number' && typeof to === 'number' && to < 1e9 ? [stretchText([from, to])] : [];
}

export function detailsOf(details: Readonly<Record<string, unknown>>, nameOf: (id: string) => string): string {
  const stretch = stretchOf(details);
  const said = Object.entries(details)
    .filter(([name, value]) => !silent.test(name) && value !== undefined && value !== '')
    .filter(([name]) => stretch.length === 0 || (name !== 'from' && name !== 'to'))
    .map(([name, value]) => `${names[name]?.() ?? name}: ${text(name, value, nameOf)}`);
  return [...stretch, ...said].join('; ');
}
