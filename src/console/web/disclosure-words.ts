/** Words of disclosures to authorities. */
import { say } from './language.js';
import type { Tone } from './parts/basics.js';

const named =
  (names: () => Readonly<Record<string, string>>) =>
  (name: string): string =>
    names()[name] ?? name;

export const disclosurePhase = named(() => ({
  requested: say('zarejestrowane', 'entered'),
  checked: say('sprawdzone, czeka na decyzję Sekretarza', 'checked, waits for the Secretary'),
  approved: say('zgoda Sekretarza, do przekazania', 'approved, to be handed over'),
  handed_over: say('przekazane', 'handed over'),
  refused: say('odmowa', 'refused'),
}));

export function disclosureTone(phase: string): Tone {
  if (phase === 'handed_over') return 'good';
  return phase === 'refused' ? 'bad' : 'live';
}

/** What is to be done, told to whoever has to. */
export const disclosureWait = named(() => ({
  check: say('Sprawdź organ, podstawę prawną i zakres', 'Check authority, legal basis and scope'),
  'give-opinion': say('Wydaj opinię', 'Give your opinion'),
  approve: say('Zdecyduj: wyraź zgodę albo odmów', 'Decide: approve or refuse'),
  seal: say('Zapieczętuj nagrania', 'Seal the recordings'),
  'file-away': say('Przekaż sprawę do akt i wpisz znak sprawy', "Hand the case to the office's records"),
  'hand-over': say('Przekaż plik i odnotuj to', 'Hand the file over and note it'),
}));

/** What has happened. */
export const disclosureStep = named(() => ({
  check: say('sprawdzono', 'checked'),
  'give-opinion': say('wydano opinię', 'opinion given'),
  approve: say('wyrażono zgodę', 'approved'),
  seal: say('zapieczętowano nagrania', 'sealed'),
  'hand-over': say('przekazano', 'handed over'),
  refuse: say('odmówiono', 'refused'),
}));
