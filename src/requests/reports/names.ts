/** Words of reports. */
import { Temporal } from 'temporal-polyfill';
import type { Phase } from '../machine/state.js';
import type { Say } from './report.js';

interface PhaseName {
  readonly pl: string;
  readonly en: string;
  /** Something is still to be done. */
  readonly open: boolean;
}

const open = (pl: string, en: string): PhaseName => ({ pl, en, open: true });
const over = (pl: string, en: string): PhaseName => ({ pl, en, open: false });

export const phaseNames: Readonly<Record<Phase, PhaseName>> = {
  received: open('wpłynął', 'received'),
  awaiting_completion: open('do uzupełnienia', 'to be completed'),
  matched: open('dopasowany', 'matched'),
  opinions: open('opinie', 'opinions'),
  decision: open('do decyzji', 'to be decided'),
  approved: open('zgoda, termin wyznaczony', 'approved'),
  in_session: open('trwa odsłuch', 'in session'),
  no_show: open('wnioskodawca nie przyszedł', 'the requester did not come'),
  completed: over('odsłuch odbyty', 'listened to'),
  copy_issued: over('kopia wydana', 'copy issued'),
  refused: over('odmowa', 'refused'),
  rejected_formally: over('pozostawiony bez rozpoznania', 'left without consideration'),
  answered: over('brak nagrania', 'no recording'),
  closed: over('zamknięty', 'closed'),
  withdrawn: over('wycofany', 'withdrawn'),
};

const purposes: Readonly<Record<string, readonly [string, string]>> = {
  quality: ['jakość obsługi', 'quality of service'],
  'data-protection': ['ochrona danych osobowych', 'protection of personal data'],
  complaint: ['skarga lub wniosek', 'complaint or motion'],
  disclosure: ['udostępnienie organowi', 'disclosure to an authority'],
  request: ['wniosek rozmówcy', "the party's request"],
  'listening-session': ['odsłuch na wniosek', 'listening session'],
};

export function purposeName(purpose: string, say: Say): string {
  const name = purposes[purpose];
  if (name) return say(...name);
  return purpose === '' ? say('cel podany w poprzednim okresie', 'stated in an earlier period') : purpose;
}

/** `2026-03-10` as it stands in tables of the office: 10.03.2026. Whoever reads English gets the day as ISO 8601 has it. */
export const dayText = (day: string, say: Say): string => say(day.split('-').toReversed().join('.'), day);

export function momentText(at: number, zone: string, say: Say, what: 'day' | 'minute' = 'minute'): string {
  const time = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
  const day = dayText(time.toPlainDate().toString(), say);
  return what === 'day' ? day : `${day}, ${time.toPlainTime().toString({ smallestUnit: 'minute' })}`;
}

export function lengthText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
