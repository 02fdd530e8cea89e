/** The Secretary's monthly report: requests, who heard what and why, and what became of recordings (zestawienie odsłuchów i wniosków). */
import { Temporal } from 'temporal-polyfill';
import type { AuditEntry } from '../../audit/reader.js';
import type { AuditName } from '../../audit/events.js';
import { endOf, startOf } from '../../config/calendar.js';
import type { EventType } from '../machine/events.js';
import type { ErasedRequest, RequestRecord } from '../records.js';
import { momentText, lengthText, phaseNames, purposeName } from './names.js';
import { sayIn, type Language, type Report, type Say, type Section } from './report.js';

export interface Month {
  /** Unix milliseconds; `to` is not in it. */
  readonly from: number;
  readonly to: number;
  readonly name: string;
}

/** `month`: `2026-03`, of the office's calendar. */
export function monthOf(month: string, zone: string): Month {
  const first = `${month}-01`;
  const last = Temporal.PlainYearMonth.from(month).toPlainDate({ day: 31 }).toString();
  return { from: startOf(first, zone), to: endOf(last, zone), name: month };
}

export const reportedEvents: readonly AuditName[] = [
  'purpose',
  'playback',
  'hold',
  'recording',
  'erasure',
  'export',
  'pending',
  'refused',
];

export interface MonthlyParts {
  readonly month: Month;
  readonly zone: string;
  readonly language: Language;
  readonly register: readonly (RequestRecord | ErasedRequest)[];
  /** Of `reportedEvents`, of this month, the oldest first. */
  readonly events: AsyncIterable<AuditEntry>;
  readonly nameOf: (account: string) => string;
}

export async function monthlyReport(parts: MonthlyParts): Promise<Report> {
  const { month, language, zone } = parts;
  const say = sayIn(language);
  const heard = new Hearings(parts, say);
  const counts = new Map<string, number>();
  for await (const entry of parts.events) {
    heard.take(entry);
    const what = countedAs(entry);
    if (what) counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  const named = new Intl.DateTimeFormat(language, { month: 'long', year: 'numeric', timeZone: zone });
  return {
    title: say('Zestawienie odsłuchów i wniosków', 'Report of listening and requests'),
    about: `${say('Okres', 'Period')}: ${named.format(month.from)}`,
    sections: [requestsOf(parts, say), ...heard.sections(), recordingsOf(counts, say)],
  };
}

const isIn = ({ from, to }: Month, at: number): boolean => at >= from && at < to;

function requestsOf({ register, month, zone }: MonthlyParts, say: Say): Section {
  const kept = register.flatMap((one) => (one.kind === 'request' ? one : []));
  const received = (kind: string): number =>
    register.filter((one) => {
      const [of, on] = one.kind === 'request' ? [one.request.kind, one.request.receivedOn] : [one.of, one.receivedOn];
      return of === kind && isIn(month, startOf(on, zone));
    }).length;
  const events = kept.flatMap(({ events: all }) => all.filter(({ at }) => isIn(month, at)));
  const happened = (...types: EventType[]): string => String(events.filter(({ type }) => types.includes(type)).length);
  const row = (pl: string, en: string, value: string): readonly string[] => [say(pl, en), value];
  return {
    heading: say('Wnioski', 'Requests'),
    columns: [say('Co', 'What'), say('Liczba', 'Number')],
    rows: [
      row('Wpłynęło: o odsłuch (§ 2 zarządzenia)', 'Received: to listen (§ 2)', String(received('ordinance'))),
      row('Wpłynęło: o kopię (art. 15 RODO)', 'Received: for a copy (art. 15 GDPR)', String(received('art15'))),
      row('Zgody na odsłuch', 'Approvals to listen', happened('approve')),
      row('Zgody na wydanie kopii', 'Approvals of a copy', happened('approve-copy')),
      row('Odmowy', 'Refusals', happened('refuse')),
      row('Pozostawione bez rozpoznania', 'Left without consideration', happened('reject', 'term-passed')),
      row('Odpowiedzi o braku nagrania', 'Answered that there is no recording', happened('answer')),
      row('Odsłuchy zakończone protokołem', 'Sessions closed with a protocol', happened('close-session')),
      row('Wnioskodawca nie przyszedł', 'The requester did not come', happened('no-show')),
      row('Wycofane', 'Withdrawn', happened('withdraw')),
      row('Wznowione', 'Reopened', happened('reopen')),
      row('W toku na dzień sporządzenia', 'Open when this was made', String(kept.filter(isOpen).length)),
    ],
  };
}

const isOpen = ({ request }: RequestRecord): boolean => phaseNames[request.state.phase].open;

interface Hearing {
  readonly at: number;
  readonly who: string;
  readonly purpose: string;
  readonly reference: string;
  readonly recording: string;
  served: boolean;
  heardMs: number;
}

/** Who heard what: each statement of a purpose, with what was played after it. */
class Hearings {
  readonly #all: Hearing[] = [];
  readonly #last = new Map<string, Hearing>();

  constructor(
    private readonly parts: MonthlyParts,
    private readonly say: Say,
  ) {}

  take(entry: AuditEntry): void {
    const { event, facts } = entry;
    if (event === 'purpose' && !String(facts['purpose']).startsWith('given:'))
      this.#open(entry, String(facts['purpose']));
    if (event !== 'playback') return;
    const hearing = this.#last.get(keyOf(entry)) ?? this.#open(entry, '');
    if (facts['what'] === 'heard') hearing.heardMs += 1000 * (Number(facts['to']) - Number(facts['from']));
    else hearing.served = true;
  }

  sections(): Section[] {
    const { zone } = this.parts;
    const { say } = this;
    const rows = this.#all.map((one) => [
      momentText(one.at, zone, say),
      one.who,
      purposeName(one.purpose, say),
      one.reference,
      one.recording,
      one.served ? lengthText(one.heardMs) : say('nie odtwarzano', 'not played'),
    ]);
    const columns = [
      say('Kiedy', 'When'),
      say('Kto', 'Who'),
      say('Cel', 'Purpose'),
      say('Znak sprawy', 'Case sign'),
      say('Nagranie', 'Recording'),
      say('Odsłuchano (min:s)', 'Heard (min:s)'),
    ];
    return [{ heading: say('Odsłuchy', 'Listening'), columns, rows }];
  }

  #open(entry: AuditEntry, purpose: string): Hearing {
    const { at, actor, object, personal } = entry;
    const hearing: Hearing = {
      at,
      who: actor.by === 'account' ? this.parts.nameOf(actor.id) : actor.by,
      purpose,
      reference: personal['reference'] ?? '',
      recording: object?.id ?? '',
      served: false,
      heardMs: 0,
    };
    this.#all.push(hearing);
    this.#last.set(keyOf(entry), hearing);
    return hearing;
  }
}

const keyOf = ({ actor, object }: AuditEntry): string =>
  `${actor.by === 'account' ? actor.id : actor.by} ${object?.id ?? ''}`;

/** Events of these are counted, by what they tell. */
const counted = {
  'hold placed': ['Założone zabezpieczenia', 'Holds placed'],
  'hold released': ['Zwolnione zabezpieczenia', 'Holds released'],
  'recording kept': ['Nagrania zapisane', 'Recordings kept'],
  'recording evicted': ['Nagrania usunięte po terminie albo z braku miejsca', 'Recordings evicted'],
  'recording failed': ['Nagrania, których nie udało się zapisać', 'Recordings that could not be made'],
  'erasure done': ['Nagrania usunięte na wniosek', 'Recordings erased'],
  'export sealed': ['Wydane kopie zapieczętowane', 'Sealed exports'],
  'pending confirmed': ['Czynności potwierdzone przez Sekretarza', 'Actions confirmed by the Secretary'],
  'pending refused': ['Czynności, których Sekretarz odmówił', 'Actions refused by the Secretary'],
  refused: ['Próby bez uprawnienia', 'Attempts without permission'],
} as const;

function countedAs({ event, facts }: AuditEntry): string | undefined {
  const word = facts['change'] ?? facts['what'] ?? facts['step'];
  const name = event === 'refused' || typeof word !== 'string' ? event : `${event} ${word}`;
  return name in counted ? name : undefined;
}

function recordingsOf(counts: ReadonlyMap<string, number>, say: Say): Section {
  return {
    heading: say('Nagrania i czynności', 'Recordings and actions'),
    columns: [say('Co', 'What'), say('Liczba', 'Number')],
    rows: Object.entries(counted).map(([name, [pl, en]]) => [say(pl, en), String(counts.get(name) ?? 0)]),
  };
}
