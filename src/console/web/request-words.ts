/** Words of access requests, as a clerk says them. */
import { say } from './language.js';
import type { Tone } from './parts/basics.js';
import type { PaperView } from '../routes/requests/views.js';

const named =
  (names: () => Readonly<Record<string, string>>) =>
  (name: string): string =>
    names()[name] ?? name;

export const phaseName = named(() => ({
  received: say('przyjęty', 'received'),
  awaiting_completion: say('czeka na uzupełnienie', 'waits to be completed'),
  matched: say('dopasowany do nagrań', 'matched'),
  opinions: say('w opiniowaniu', 'waits for opinions'),
  decision: say('czeka na decyzję Sekretarza', 'waits for the decision'),
  approved: say('zgoda, termin wyznaczony', 'approved, date set'),
  in_session: say('trwa odsłuch', 'session is on'),
  no_show: say('wnioskodawca nie przyszedł', 'nobody came'),
  completed: say('odsłuch zakończony', 'session completed'),
  copy_issued: say('zgoda na kopię', 'copy approved'),
  refused: say('odmowa', 'refused'),
  rejected_formally: say('bez rozpoznania', 'left without consideration'),
  answered: say('brak nagrania, udzielono odpowiedzi', 'answered: no recording'),
  closed: say('zakończony', 'closed'),
  withdrawn: say('wycofany', 'withdrawn'),
}));

/** Whether it goes on, is well ended or not. */
export function phaseTone(phase: string): Tone {
  if (phase === 'completed' || phase === 'copy_issued' || phase === 'answered') return 'good';
  if (phase === 'refused' || phase === 'rejected_formally') return 'bad';
  if (phase === 'awaiting_completion' || phase === 'no_show') return 'warn';
  return phase === 'closed' || phase === 'withdrawn' ? undefined : 'live';
}

/** What is to be done, told to whoever has to. */
export const waitName = named(() => ({
  match: say('Sprawdź wniosek i wskaż rozmowę, której dotyczy', 'Check the form and say which call it is about'),
  'give-opinion': say('Wydaj opinię', 'Give your opinion'),
  'go-on': say(
    'Brakuje opinii, a termin minął: zdecyduj, czy iść dalej',
    'An opinion is overdue: decide whether to go on',
  ),
  approve: say('Zdecyduj: wyznacz termin odsłuchu albo odmów', 'Decide: set a date, or refuse'),
  'approve-copy': say('Zdecyduj: wydaj kopię albo odmów', 'Decide: issue a copy, or refuse'),
  'open-session': say('Poprowadź odsłuch', 'Conduct the listening session'),
  'no-show': say('Odnotuj, czy wnioskodawca przyszedł', 'Note whether the requester came'),
  'confirm-protocol': say('Potwierdź protokół odsłuchu', 'Confirm the protocol'),
  'new-date': say('Wyznacz nowy termin albo zakończ sprawę', 'Set a new date or close the case'),
  'make-copy': say('Przygotuj kopię nagrania', 'Make the copy of the recording'),
  'hand-over-copy': say('Przekaż kopię wnioskodawcy', 'Hand the copy over'),
  deliver: say('Wyślij pismo i wpisz sposób doręczenia', 'Send the letter and enter how it was delivered'),
  'file-away': say('Przekaż sprawę do akt i wpisz znak sprawy', "Hand the case to the office's records"),
}));

/** What has happened. */
export const stepName = named(() => ({
  'ask-completion': say('wezwano do uzupełnienia', 'completion asked for'),
  complete: say('uzupełniono', 'completed'),
  'term-passed': say('termin uzupełnienia minął', 'the term passed'),
  match: say('wskazano rozmowy', 'calls named'),
  reject: say('pozostawiono bez rozpoznania', 'left without consideration'),
  answer: say('udzielono odpowiedzi o braku nagrania', 'answered: no recording'),
  'ask-opinions': say('poproszono o opinie', 'opinions asked for'),
  'give-opinion': say('wydano opinię', 'opinion given'),
  'go-on': say('podjęto sprawę bez brakującej opinii', 'went on without an opinion'),
  approve: say('wyrażono zgodę i wyznaczono termin', 'approved, date set'),
  'approve-copy': say('zgoda na wydanie kopii', 'copy approved'),
  'hand-over-copy': say('przekazano kopię', 'copy handed over'),
  refuse: say('odmówiono', 'refused'),
  'change-date': say('zmieniono termin', 'date changed'),
  revoke: say('cofnięto zgodę', 'approval taken back'),
  'open-session': say('rozpoczęto odsłuch', 'session opened'),
  'confirm-protocol': say('potwierdzono protokół', 'protocol confirmed'),
  interrupt: say('przerwano odsłuch', 'session interrupted'),
  'close-session': say('zakończono odsłuch', 'session closed'),
  'no-show': say('wnioskodawca nie przyszedł', 'nobody came'),
  'new-date': say('wyznaczono nowy termin', 'new date set'),
  close: say('zakończono sprawę', 'case closed'),
  reopen: say('wznowiono sprawę', 'reopened'),
  withdraw: say('wycofano wniosek', 'withdrawn'),
  'extend-term': say('przedłużono termin', 'term extended'),
  'enter-case-sign': say('wpisano znak sprawy', 'case sign entered'),
}));

export const paperName = named(() => ({
  receipt: say('Potwierdzenie złożenia wniosku', 'Receipt'),
  completion: say('Wezwanie do uzupełnienia', 'Request for completion'),
  'left-without-consideration': say('Pozostawienie bez rozpoznania', 'Left without consideration'),
  'no-recording': say('Informacja o braku nagrania', 'No recording'),
  'notice-of-date': say('Zawiadomienie o terminie odsłuchu', 'Notice of the date'),
  'changed-date': say('Zawiadomienie o zmianie terminu', 'Notice of the changed date'),
  revocation: say('Zawiadomienie o cofnięciu zgody', 'Notice of revocation'),
  refusal: say('Odmowa udostępnienia nagrania', 'Refusal'),
  'refusal-art15': say('Odmowa (art. 15 RODO)', 'Refusal (GDPR 15)'),
  'copy-letter': say('Pismo przewodnie do kopii', 'Letter with the copy'),
  protocol: say('Protokół odsłuchu', 'Protocol of the session'),
  'no-show-closed': say('Zakończenie sprawy', 'Closing letter'),
  withdrawal: say('Potwierdzenie wycofania', 'Confirmation of withdrawal'),
  extension: say('Przedłużenie terminu', 'Extension of the term'),
  opinion: say('Opinia', 'Opinion'),
  'handover-protocol': say('Protokół przekazania organowi', 'Protocol of the hand-over to an authority'),
  'disclosure-refusal': say('Odmowa udostępnienia organowi', 'Refusal to an authority'),
  'annex-1': say('Formularz (załącznik nr 1)', 'Form (Annex 1)'),
}));

/** Two opinions are told apart by whose they are. */
export function paperTitle({ paper, of, unit }: Pick<PaperView, 'paper' | 'of' | 'unit'>): string {
  if (of === 'dpo') return say('Opinia Inspektora Ochrony Danych', 'Opinion of the data-protection officer');
  if (of === 'unit') return `${say('Opinia kierownika:', 'Opinion of the head of')} ${unit ?? ''}`;
  return paperName(paper);
}

export const gapName = named(() => ({
  address: say('adres', 'address'),
  signature: say('podpis', 'signature'),
  statement: say('oświadczenie o udziale w rozmowie', 'statement of having taken part'),
  purpose: say('cel odsłuchania', 'purpose'),
  number: say('numer telefonu', 'telephone number'),
  date: say('data i godzina rozmowy', 'date and time of the call'),
  'power-of-attorney': say('pełnomocnictwo', 'power of attorney'),
}));

/** What is lacking, after „brakuje”. */
export const gapOf = named(() => ({
  address: say('adresu', 'address'),
  signature: say('podpisu', 'signature'),
  statement: say('oświadczenia o udziale w rozmowie', 'statement of having taken part'),
  purpose: say('celu odsłuchania', 'purpose'),
  number: say('numeru telefonu', 'telephone number'),
  date: say('daty i godziny rozmowy', 'date and time of the call'),
  'power-of-attorney': say('pełnomocnictwa', 'power of attorney'),
}));

export const kindName = named(() => ({
  ordinance: say('odsłuch (§ 2 zarządzenia)', 'to listen (§ 2 of the ordinance)'),
  art15: say('kopia danych (art. 15 RODO)', 'a copy (GDPR 15)'),
}));

export const channelNames = (): readonly (readonly [string, string])[] => [
  ['electronic-delivery', say('e-Doręczenia', 'electronic delivery')],
  ['post', say('poczta', 'post')],
  ['in-person', say('osobiście', 'in person')],
];

export const identityNames = (): readonly (readonly [string, string])[] => [
  ['identity-card', say('dowód osobisty', 'identity card')],
  ['passport', say('paszport', 'passport')],
  ['trusted-profile', say('profil zaufany', 'trusted profile')],
  ['known-to-office', say('osoba znana urzędowi', 'known to the office')],
  ['other', say('inny sposób', 'another way')],
];
