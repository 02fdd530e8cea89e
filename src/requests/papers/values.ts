/** What a letter can say: the fields of templates, from what is known of a request. All of it is text for people. */
import { Temporal } from 'temporal-polyfill';
import { art15Term } from '../machine/rules.js';
import type { Rules } from '../machine/rules.js';
import { gapNames } from '../machine/form.js';
import type { Cut, Opinion, Run, RequestState, Stretch } from '../machine/state.js';
import { callsOf } from '../machine/state.js';
import { dayInWords } from '../machine/words.js';
import type { RequestRecord } from '../records.js';
import { opinionOfPaper } from './opinion-paper.js';
import type { Values } from './template.js';

type Given = Pick<Opinion, 'on' | 'verdict' | 'reasons' | 'by'>;

/** Every field, with what it says, for the page on which templates are edited. */
export const fields = {
  office: 'nazwa urzędu',
  today: 'data pisma',
  number: 'numer w rejestrze wniosków',
  caseSign: 'znak sprawy',
  kind: 'podstawa wniosku',
  receivedOn: 'data wpływu',
  requester: 'imię i nazwisko wnioskodawcy',
  address: 'adres wnioskodawcy',
  agent: 'pełnomocnik albo opiekun i dokument',
  phone: 'numer telefonu z wniosku',
  statedCalls: 'daty i godziny rozmów podane we wniosku',
  spokeWith: 'pracownik albo komórka z wniosku',
  concerns: 'czego dotyczy rozmowa',
  purpose: 'cel odsłuchu',
  otherFacts: 'inne okoliczności',
  identity: 'sposób sprawdzenia tożsamości',
  calls: 'rozmowy dopasowane do wniosku',
  gaps: 'braki wniosku',
  note: 'uwagi, powód',
  until: 'termin uzupełnienia',
  opinionOf: 'kto opiniuje',
  opinion: 'treść ostatniej opinii',
  opinions: 'wszystkie opinie',
  wentOn: 'powód decyzji bez brakującej opinii',
  reasons: 'uzasadnienie decyzji',
  holdUntil: 'do kiedy zabezpieczono nagranie',
  date: 'dzień i godzina odsłuchu',
  place: 'miejsce odsłuchu',
  present: 'osoby wyznaczone do obecności',
  cuts: 'fragmenty wyłączone z kopii',
  term: 'termin odpowiedzi z art. 15 RODO',
  extension: 'powód przedłużenia terminu',
  sessions: 'przebieg odsłuchu: kto i kiedy rozpoczął i zakończył',
  authorisation: 'numer upoważnienia Burmistrza',
  requesterIdentity: 'sposób potwierdzenia tożsamości na odsłuchu',
  served: 'co odtworzono (wysłał serwer)',
  heard: 'co odsłuchano (podał odtwarzacz)',
  remarks: 'uwagi do protokołu',
  confirmed: 'kto potwierdził protokół',
  unconfirmed: 'kto nie potwierdził i dlaczego',
  authority: 'organ, któremu udostępnia się nagrania',
  reference: 'znak pisma organu',
  legalBasis: 'podstawa prawna udostępnienia',
  scope: 'zakres udostępnienia',
  binding: 'czy żądanie wiąże urząd',
  findings: 'ustalenia przy sprawdzeniu żądania',
  approvedBy: 'kto i kiedy wyraził zgodę na udostępnienie',
  handedTo: 'komu przekazano',
  receipt: 'pokwitowanie odbioru',
  handedBy: 'kto i kiedy przekazał',
  sealedHash: 'SHA-256 przekazanego pliku',
  sealedBytes: 'rozmiar przekazanego pliku w bajtach',
} as const;
export const fieldNames: ReadonlySet<string> = new Set(Object.keys(fields));

const identityNames = {
  'identity-card': 'dowód osobisty',
  passport: 'paszport',
  'trusted-profile': 'profil zaufany',
  'known-to-office': 'osoba znana urzędowi',
  other: 'inny sposób',
} as const;

const rejectedNames = {
  'number-withheld':
    'numer telefonu osoby dzwoniącej był zastrzeżony, więc nie można go zidentyfikować (§ 2 ust. 7 zarządzenia)',
  'not-a-participant': 'wnioskodawca nie uczestniczył w rozmowie (§ 2 ust. 1 zarządzenia)',
  'not-completed': 'wniosku nie uzupełniono w wyznaczonym terminie',
} as const;

const answeredNames = {
  evicted: 'nagranie usunięto po upływie okresu, przez który pozwala je przechowywać urządzenie rejestrujące',
  'not-recorded': 'rozmowa nie została nagrana',
  'none-found': 'nie znaleziono rozmowy odpowiadającej danym z wniosku',
} as const;

export function instantInWords(at: number, zone: string): string {
  const time = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
  return `${dayInWords(time.toPlainDate().toString())}, godz. ${time.toPlainTime().toString({ smallestUnit: 'minute' })}`;
}

/** `1:05:09` of a recording. */
export function positionInWords(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const two = (n: number): string => String(n).padStart(2, '0');
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** Pieces that touch one another become one: what was heard from where to where, in all. */
export function union(stretches: readonly Pick<Stretch, 'call' | 'fromMs' | 'toMs'>[]): Cut[] {
  const sorted = [...stretches].sort((a, b) => (a.call === b.call ? a.fromMs - b.fromMs : a.call < b.call ? -1 : 1));
  const joined: Cut[] = [];
  for (const { call, fromMs, toMs } of sorted) {
    const last = joined.at(-1);
    if (last && last.call === call && fromMs <= last.toMs) {
      joined[joined.length - 1] = { ...last, toMs: Math.max(last.toMs, toMs) };
    } else joined.push({ call, fromMs, toMs });
  }
  return joined;
}

export interface Naming {
  /** The name of an account. */
  readonly nameOf: (account: string) => string;
  readonly office: string;
  /** Unix milliseconds. */
  readonly now: number;
}

const lines = (list: readonly string[]): string => list.join('\n');

/** Values of the states that come after the decision. */
function ofSession(state: RequestState, { nameOf }: Naming, zone: string, when: (call: string) => string): Values {
  if (!('approval' in state)) return {};
  const { appointment, runs } = state.approval;
  const last = runs.at(-1);
  const stretch = ({ call, fromMs, toMs }: Cut): string =>
    `rozmowa z ${when(call)}: od ${positionInWords(fromMs)} do ${positionInWords(toMs)}`;
  const of = (fact: Stretch['fact']): string => {
    const all = union(runs.flatMap(({ played }) => played.filter((one) => one.fact === fact)));
    return all.length === 0 ? 'nic' : lines(all.map(stretch));
  };
  const run = ({ openedAt, openedBy, endedAt, ended }: Run): string =>
    `${instantInWords(openedAt, zone)} – ${instantInWords(endedAt, zone)} (${nameOf(openedBy)}; ${endNames[ended]})`;
  const confirmed = runs.flatMap((one) => one.confirmed.map(({ account }) => nameOf(account)));
  return {
    date: instantInWords(appointment.at, zone),
    place: appointment.place,
    present: lines(appointment.present.map(nameOf)),
    sessions: lines(runs.map(run)),
    served: of('served'),
    heard: of('heard'),
    ...(last ? { authorisation: last.authorisation, requesterIdentity: last.identity } : {}),
    ...(state.phase === 'completed'
      ? {
          remarks: state.protocol.remarks || 'bez uwag',
          confirmed: lines([...new Set(confirmed)]) || 'nikt',
          unconfirmed: lines(state.protocol.unconfirmed.map((one) => `${nameOf(one.account)}: ${one.reason}`)),
        }
      : {}),
  };
}

const endNames: Record<Run['ended'], string> = {
  closed: 'zakończony',
  'time-out': 'przerwany: upłynął czas',
  'browser-lost': 'przerwany: utracono połączenie z przeglądarką',
  restart: 'przerwany: ponowne uruchomienie systemu',
  stopped: 'przerwany',
  revoked: 'przerwany: cofnięto uprawnienie',
};

function ofState(state: RequestState, when: (call: string) => string): Values {
  switch (state.phase) {
    case 'awaiting_completion': {
      const gaps = lines(state.gaps.map((gap) => gapNames[gap]));
      return { gaps, note: state.note, until: dayInWords(state.until) };
    }
    case 'rejected_formally':
      return { reasons: rejectedNames[state.why], note: state.note };
    case 'answered':
      return { reasons: answeredNames[state.why], note: state.facts };
    case 'refused':
      return { reasons: state.reasons, holdUntil: dayInWords(state.holdUntil) };
    case 'copy_issued':
      return {
        cuts: lines(
          state.cuts.map(
            (one) => `rozmowa z ${when(one.call)}: od ${positionInWords(one.fromMs)} do ${positionInWords(one.toMs)}`,
          ),
        ),
      };
    case 'closed':
      return { note: state.note };
    case 'withdrawn':
      return { note: state.how };
    case 'received':
    case 'matched':
    case 'opinions':
    case 'decision':
    case 'approved':
    case 'in_session':
    case 'no_show':
    case 'completed':
      return {};
  }
}

/** `own`: the opinion that this paper holds; else the last one. */
function ofOpinions(state: RequestState, own: Given | undefined, { nameOf }: Naming): Values {
  const { opinions, wentOn = '' } = 'case' in state ? state.case : { opinions: [] };
  const who = ({ on }: Given): string =>
    on.of === 'dpo' ? 'Inspektor Ochrony Danych' : `kierownik komórki organizacyjnej: ${on.unit}`;
  const text = ({ verdict, reasons, by }: Given): string =>
    `${verdict === 'for' ? 'pozytywna' : 'negatywna'}: ${reasons} (${nameOf(by)})`;
  const shown = own ?? opinions.at(-1);
  return {
    wentOn,
    ...(shown ? { opinionOf: who(shown), opinion: text(shown) } : {}),
    opinions: lines(opinions.map((one) => `${who(one)} – ${text(one)}`)),
  };
}

function ownOpinion(record: RequestRecord, n: number | undefined): Given | undefined {
  const event = n === undefined ? undefined : opinionOfPaper(record, n);
  return event && { ...event, by: event.by.account };
}

/** `n`: the number of the paper in the case, where it is one of several of its kind. */
export function valuesOf(record: RequestRecord, naming: Naming, rules: Rules, n?: number): Values {
  const { request, events } = record;
  const { form, state, kind } = request;
  const { requester, agent } = form;
  const { street, postalCode, town, electronicDelivery } = requester.address;
  const calls = callsOf(state);
  const when = (id: string): string => {
    const call = calls.find((one) => one.id === id);
    return call ? instantInWords(call.startedAt, rules.zone) : id;
  };
  const today = Temporal.Instant.fromEpochMilliseconds(naming.now).toZonedDateTimeISO(rules.zone).toPlainDate();
  const revoked = events.findLast(({ type }) => type === 'revoke');
  return {
    office: naming.office,
    today: dayInWords(today.toString()),
    number: request.number,
    caseSign: request.caseSign ?? '',
    kind: kind === 'art15' ? 'art. 15 RODO' : '§ 2 zarządzenia Nr 34.2018 Burmistrza Halinowa',
    receivedOn: dayInWords(request.receivedOn),
    requester: requester.name,
    address: lines(
      [street, [postalCode, town].filter(Boolean).join(' '), electronicDelivery].filter(
        (one) => one !== undefined && one !== '',
      ) as string[],
    ),
    agent: agent ? `${agent.name} (${agent.as === 'agent' ? 'pełnomocnik' : 'opiekun'}; ${agent.document})` : '',
    phone: form.number ?? '',
    statedCalls: lines(
      form.calls.map(({ on, time, note }) =>
        [dayInWords(on), time && `ok. godz. ${time}`, note].filter(Boolean).join(', '),
      ),
    ),
    spokeWith: form.spokeWith ?? '',
    concerns: form.concerns,
    purpose: form.purpose ?? '',
    otherFacts: form.otherFacts ?? '',
    identity: [identityNames[requester.identity.how], requester.identity.note].filter(Boolean).join(', '),
    calls: lines(calls.map(({ id, number = 'numer zastrzeżony' }) => `${when(id)}, ${number}`)),
    term: dayInWords(art15Term(request)),
    extension: request.extended?.reason ?? '',
    ...(revoked?.type === 'revoke' ? { reasons: revoked.reasons } : {}),
    ...ofOpinions(state, ownOpinion(record, n), naming),
    ...ofSession(state, naming, rules.zone, when),
    ...ofState(state, when),
  };
}
