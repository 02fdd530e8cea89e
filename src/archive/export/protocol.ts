/** The readable page of a sealed export, in Polish and in English. */
import type { Span } from '../../audit/excerpt.js';
import type { CallRecord } from '../lifecycle.js';

export interface ExportFacts {
  /** The archive's own id. */
  readonly archive: string;
  readonly office: string;
  readonly zone: string;
  /** Unix milliseconds. */
  readonly at: number;
  readonly reference: string;
  readonly recipient: string;
  /** Id of the key that sealed it. */
  readonly key: string;
  readonly spans: readonly Span[];
}

interface Words {
  readonly title: string;
  readonly labels: readonly [
    office: string,
    archive: string,
    at: string,
    reference: string,
    recipient: string,
    key: string,
  ];
  readonly call: string;
  readonly of: readonly [
    began: string,
    direction: string,
    number: string,
    extension: string,
    duration: string,
    bytes: string,
    hash: string,
    notice: string,
  ];
  readonly inbound: string;
  readonly outbound: string;
  readonly withheld: string;
  readonly none: string;
  readonly log: string;
  readonly anchor: string;
}

const POLISH: Words = {
  title: 'PROTOKÓŁ ZAPIECZĘTOWANEGO EKSPORTU NAGRAŃ',
  labels: ['Urząd', 'Archiwum', 'Sporządzono', 'Znak sprawy', 'Odbiorca', 'Klucz pieczęci'],
  call: 'Nagranie rozmowy',
  of: [
    'Początek',
    'Kierunek',
    'Numer',
    'Telefon pracownika',
    'Długość (s)',
    'Bajtów',
    'SHA-256',
    'Zapowiedź nagrywania',
  ],
  inbound: 'przychodząca',
  outbound: 'wychodząca',
  withheld: 'zastrzeżony',
  none: 'brak',
  log: 'Dziennik zdarzeń o tych nagraniach (czas UTC):',
  anchor: 'Podpisane kotwice dziennika:',
};

const ENGLISH: Words = {
  title: 'PROTOCOL OF A SEALED EXPORT OF RECORDINGS',
  labels: ['Office', 'Archive', 'Made', 'Reference', 'Recipient', 'Key of the seal'],
  call: 'Recording of call',
  of: [
    'Began',
    'Direction',
    'Number',
    "Employee's telephone",
    'Duration (s)',
    'Bytes',
    'SHA-256',
    'Notice of recording',
  ],
  inbound: 'inbound',
  outbound: 'outbound',
  withheld: 'withheld',
  none: 'none',
  log: 'What the audit log says of these recordings (UTC):',
  anchor: 'Signed anchors of the audit log:',
};

export function protocolText(facts: ExportFacts, records: readonly CallRecord[]): string {
  return [POLISH, ENGLISH].map((words) => page(words, facts, records)).join('\n\n');
}

/** `2026-03-02 14:05:09 +01:00`, in the zone. */
function timeIn(zone: string, at: number): string {
  const time = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' }).format(at);
  return `${time} ${zone}`;
}

function page(words: Words, facts: ExportFacts, records: readonly CallRecord[]): string {
  const { office, archive, zone, at, reference, recipient, key, spans } = facts;
  const values = [office, archive, timeIn(zone, at), reference, recipient, key];
  const head = words.labels.map((label, index) => `${label}: ${values[index]}`);
  const calls = records.flatMap((record) => ['', ...callLines(words, record)]);
  const anchors = spans.map(({ anchor }) => `  ${anchor.at}  ${anchor.seq}  ${anchor.hash}`);
  return [words.title, '', ...head, ...calls, '', words.log, ...logLines(spans), '', words.anchor, ...anchors, ''].join(
    '\n',
  );
}

function callLines(words: Words, { entry, state }: CallRecord): string[] {
  const recording = state.phase === 'recorded' ? state.recording : undefined;
  const { outside, notice } = entry;
  const values = [
    timeIn(entry.zone, entry.startedAt),
    words[entry.direction],
    outside.withheld ? words.withheld : (outside.number ?? outside.signalled),
    entry.employee?.extension ?? words.none,
    recording ? String(Math.round(recording.durationMs / 1000)) : words.none,
    recording ? String(recording.bytes) : words.none,
    recording?.sha256 ?? words.none,
    notice ? JSON.stringify(notice) : words.none,
  ];
  return [`${words.call} ${entry.id}`, ...words.of.map((label, index) => `  ${label}: ${values[index]}`)];
}

function logLines(spans: readonly Span[]): string[] {
  return spans.flatMap(({ lines }) =>
    lines.flatMap(({ shown }) => {
      if (shown === undefined) return [];
      const { at, seq, event, facts } = JSON.parse(shown) as { at: string; seq: number; event: string; facts: object };
      return [`  ${at}  ${seq}  ${event} ${JSON.stringify(facts)}`];
    }),
  );
}
