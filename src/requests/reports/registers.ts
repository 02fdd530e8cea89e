/** The register of requests, and the record of processing (GDPR art. 30). */
import type { ErasedRequest, RequestRecord } from '../records.js';
import { callsOf } from '../machine/state.js';
import { dayText, momentText, phaseNames } from './names.js';
import { sayIn, type Language, type Report, type Say } from './report.js';

/** Without the names of requesters: the number leads to the request, for whoever may see it. */
export function requestRegister(register: readonly (RequestRecord | ErasedRequest)[], language: Language): Report {
  const say = sayIn(language);
  const rows = register.map((one) => rowOf(one, say)).toSorted((a, b) => byNumber(a[0] ?? '', b[0] ?? ''));
  return {
    title: say('Rejestr wniosków o udostępnienie nagrań', 'Register of access requests'),
    about: say(
      'Bez danych wnioskodawców: są we wnioskach, do wglądu dla uprawnionych.',
      'Without data of requesters: they stand in the requests, for those who may see them.',
    ),
    sections: [
      {
        heading: say('Wnioski', 'Requests'),
        columns: [
          say('Numer', 'Number'),
          say('Znak sprawy', 'Case sign'),
          say('Rodzaj', 'Kind'),
          say('Wpłynął', 'Received'),
          say('Stan', 'State'),
          say('Nagrania', 'Recordings'),
          say('Przekazano do akt', 'In the records since'),
        ],
        rows,
      },
    ],
  };
}

function rowOf(one: RequestRecord | ErasedRequest, say: Say): string[] {
  const kindName = (kind: string): string =>
    kind === 'art15' ? say('kopia (art. 15 RODO)', 'copy (art. 15 GDPR)') : say('odsłuch (§ 2)', 'listening (§ 2)');
  const phase = one.kind === 'request' ? one.request.state.phase : one.ended;
  const state = say(phaseNames[phase].pl, phaseNames[phase].en);
  if (one.kind === 'erased-request') {
    const erased = say('dane osobowe usunięte', 'personal data erased');
    const on = dayText(one.receivedOn, say);
    return [one.number, one.caseSign, kindName(one.of), on, `${state}, ${erased}`, '', ''];
  }
  const { number, caseSign, kind, receivedOn, state: now } = one.request;
  const calls = callsOf(now).map(({ id }) => id);
  const sign = one.filedAway?.caseSign ?? caseSign ?? '';
  const filedOn = dayText(one.filedAway?.on ?? '', say);
  return [number, sign, kindName(kind), dayText(receivedOn, say), state, calls.join(' '), filedOn];
}

/** `17/2026` comes after `2/2026`, and after all of 2025. */
function byNumber(a: string, b: string): number {
  const [n = '', year = ''] = a.split('/');
  const [m = '', other = ''] = b.split('/');
  return year === other ? Number(n) - Number(m) : year < other ? -1 : 1;
}

export interface Processing {
  readonly office: string;
  readonly letterhead: readonly string[];
  readonly maxAgeMs: number;
  readonly keepMetadataMs: number;
  readonly classes: readonly {
    readonly name: string;
    readonly purpose: string;
    readonly legalBasis: string;
    readonly maxAge: number;
  }[];
  /** Of closed requests, and of details in the audit log. */
  readonly keepRequestsDays: number;
  readonly keepDetailsMs: number;
}

const DAY_MS = 86_400_000;
const days = (ms: number): string => String(Math.round(ms / DAY_MS));

/** What the configuration tells of the processing; what it cannot know stands as a line to fill in. */
export function processingRecord(parts: Processing, at: number, zone: string, language: Language): Report {
  const say = sayIn(language);
  const { office, letterhead, classes, maxAgeMs, keepMetadataMs, keepRequestsDays, keepDetailsMs } = parts;
  const row = (pl: string, en: string, value: string): readonly string[] => [say(pl, en), value];
  const term = say('dni', 'days');
  return {
    title: say('Rejestr czynności przetwarzania: nagrywanie rozmów', 'Record of processing: recording of calls'),
    about: say(
      `Według konfiguracji programu, stan na ${momentText(at, zone, say, 'day')}; art. 30 RODO.`,
      `By the program's configuration, as of ${momentText(at, zone, say, 'day')}; GDPR art. 30.`,
    ),
    sections: [
      {
        heading: say('Opis', 'Description'),
        columns: [say('Co', 'What'), say('Treść', 'Content')],
        rows: [
          row('Administrator', 'Controller', [office, ...letterhead].join(', ')),
          row('Inspektor Ochrony Danych', 'Data-protection officer', ''),
          row('Kategorie osób', 'Persons', say('dzwoniący i pracownicy, z którymi rozmawiają', 'callers and the employees they talk to')), // prettier-ignore
          row('Kategorie danych', 'Data', say('głos i treść rozmowy, numer telefonu, czas rozmowy', 'voice and words, telephone number, time')), // prettier-ignore
          row('Odbiorcy', 'Recipients', say('rozmówca na wniosek; organy na podstawie prawa', 'the party on request; authorities by law')), // prettier-ignore
          row('Przekazanie do państw trzecich', 'Transfer to third countries', say('nie', 'none')),
          row('Nagrania, najdłużej', 'Recordings, at the most', `${days(maxAgeMs)} ${term}`),
          row(
            'Wpisy o rozmowach po usunięciu nagrań',
            'Entries after their recordings',
            `${days(keepMetadataMs)} ${term}`,
          ),
          row('Wnioski po przekazaniu do akt', 'Requests after the hand-over', `${keepRequestsDays} ${term}`),
          row(
            'Dane osobowe w dzienniku zdarzeń',
            'Personal details in the audit log',
            `${days(keepDetailsMs)} ${term}`,
          ),
        ],
      },
      {
        heading: say('Klasy nagrań', 'Classes of recordings'),
        columns: [
          say('Klasa', 'Class'),
          say('Cel', 'Purpose'),
          say('Podstawa prawna', 'Legal basis'),
          say('Najdłużej (dni)', 'At the most (days)'),
        ],
        rows: classes.map(({ name, purpose, legalBasis, maxAge }) => [name, purpose, legalBasis, days(maxAge)]),
      },
    ],
  };
}
