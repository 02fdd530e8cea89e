/** Alarms in the office's words: what is the matter, and what to do. What the program says of it stands beside, in English. */
import { say } from './language.js';

interface AlarmWords {
  readonly what: string;
  readonly next: string;
}

const words = (): Readonly<Record<string, AlarmWords>> => ({
  ANCHOR_NOT_SENT: {
    what: say('Nie wysłano kotwicy dziennika zdarzeń', 'An anchor of the audit log was not sent'),
    next: say('Sprawdź pocztę albo folder, do którego trafiają kotwice.', 'See to the mail or folder they go to.'),
  },
  AUDIT_BEHIND: {
    what: say('Dziennik zdarzeń nie zna jeszcze wszystkich nagrań', 'The audit log lacks some recordings'),
    next: say(
      'Program uzupełni go sam; jeśli to trwa, sprawdź dysk.',
      'It catches up by itself; if not, see to the disk.',
    ),
  },
  AUDIT_FAILED: {
    what: say('Dziennik zdarzeń nie przyjmuje zapisów', 'The audit log takes no entries'),
    next: say('Zwolnij miejsce na dysku.', 'Make room on the disk.'),
  },
  AUDIT_NOT_ANCHORED: {
    what: say('Dziennik zdarzeń nie jest potwierdzany podpisem', 'The audit log is not anchored'),
    next: say('Sprawdź folder „keys” i miejsce na dysku.', 'See to the folder `keys` and to room on the disk.'),
  },
  BACKUP_FAILED: {
    what: say('Nie wykonano kopii zapasowej', 'A backup was not made'),
    next: say('Sprawdź dysk, na który trafia; szczegóły na stronie „Kopia zapasowa”.', 'See to the disk it goes to.'),
  },
  BUDGET_FULL: {
    what: say('Brakuje miejsca na nagrania', 'There is no room for recordings'),
    next: say('Zwiększ przydział albo zwolnij zabezpieczenia.', 'Raise the quota, or release holds.'),
  },
  BUDGET_HELD: {
    what: say('Zabezpieczone nagrania zajmują prawie całe miejsce', 'Held recordings take nearly all room'),
    next: say('Przejrzyj stronę „Zabezpieczenia” albo zwiększ przydział.', 'Look through “Holds”, or raise the quota.'),
  },
  BUDGET_OVER: {
    what: say('Przekroczono przydział miejsca na nagrania', 'Recordings take more than their quota'),
    next: say('Zwiększ przydział na stronie „Miejsce na nagrania”.', 'Raise it on “Room for recordings”.'),
  },
  CLOCK_UNSYNCHRONISED: {
    what: say('Zegar serwera nie jest zsynchronizowany', "The server's clock is not synchronised"),
    next: say('Włącz na serwerze chrony albo systemd-timesyncd.', 'Set up chrony or systemd-timesyncd.'),
  },
  DISCLOSURE_UNSETTLED: {
    what: say('Nie wykonano jeszcze kroku udostępnienia organowi', 'A step of a disclosure is not carried out yet'),
    next: say('Próba będzie ponowiona; sprawdź miejsce na dysku.', 'It is tried again; see to room on the disk.'),
  },
  FRAUD_GUARD: {
    what: say('Wstrzymano podejrzane rozmowy za granicę', 'Calls abroad that look like fraud were stopped'),
    next: say(
      'Sprawdź, kto dzwonił, i zmień hasło aparatu.',
      'See who called, and change the password of the handset.',
    ),
  },
  HANDSET_UNINFORMED: {
    what: say('Pracownik nie został poinformowany o nagrywaniu', 'An employee was not told of the recording'),
    next: say(
      'Wpisz informację na stronie „Aparaty” (§ 7 zarządzenia).',
      'Enter it on “Handsets” (§ 7 of the ordinance).',
    ),
  },
  KEYS_MISSING: {
    what: say('Brakuje kluczy do części nagrań', 'The keys of some recordings are missing'),
    next: say('Przywróć klucze z kopii zapasowej.', 'Restore them from a backup.'),
  },
  PART_SILENT: {
    what: say('Część programu nie odpowiada', 'A part of the program does not answer'),
    next: say(
      'Jeśli to trwa dłużej niż minutę, uruchom Halinę ponownie.',
      'If it lasts more than a minute start Halina again.',
    ),
  },
  PEOPLE_FAILED: {
    what: say('Nie można otworzyć kont i wniosków', 'Accounts and requests cannot be opened'),
    next: say('Sprawdź dysk i uruchom Halinę ponownie.', 'See to the disk and start Halina again.'),
  },
  PROMISE_AT_RISK: {
    what: say(
      'Nagrania będą przechowywane krócej, niż zapowiedziano',
      'Recordings will be kept for less than promised',
    ),
    next: say('Zwiększ przydział na stronie „Miejsce na nagrania”.', 'Raise the quota on “Room for recordings”.'),
  },
  REQUEST_UNSETTLED: {
    what: say('Nie wykonano jeszcze kroku wniosku', 'A step of a request is not carried out yet'),
    next: say('Próba będzie ponowiona; sprawdź miejsce na dysku.', 'It is tried again; see to room on the disk.'),
  },
  TRUNK_DOWN: {
    what: say('Operator nie odpowiada', 'The provider does not answer'),
    next: say(
      'Sprawdź łącze na stronie „Łącza”, potem zadzwoń do operatora.',
      'Check the line on “Lines”, then call the provider.',
    ),
  },
  TRUNK_NOT_REGISTERED: {
    what: say('Operator nie przyjmuje rejestracji łącza', 'The provider refuses the registration'),
    next: say('Sprawdź nazwę i hasło u operatora.', 'Check name and password with the provider.'),
  },
});

/** Undefined for one without words of its own. */
export const alarmWords = (code: string): AlarmWords | undefined => words()[code];
