/**
 * Every alarm in the office's words: what is the matter and what to do, in both languages. What the part that found it says of it, in English
 * and with its facts, is for the log and for whoever mends it. An alarm without words here does not compile.
 */

export interface InBoth {
  readonly pl: string;
  readonly en: string;
}

export interface AlarmWords {
  /** `{}`: what it is about, e.g. the trunk's name. */
  readonly what: InBoth;
  readonly next: InBoth;
}

export const alarmWords = {
  ANCHOR_NOT_SENT: {
    what: { pl: 'Nie wysłano kotwicy dziennika zdarzeń ({})', en: 'An anchor of the audit log was not sent ({})' },
    next: {
      pl: 'Sprawdź pocztę albo folder, do którego trafiają kotwice. Program spróbuje jeszcze raz.',
      en: 'See to the mail or folder they go to. It is tried again.',
    },
  },
  AUDIT_BEHIND: {
    what: {
      pl: 'Dziennik zdarzeń nie zna jeszcze wszystkich nagrań',
      en: 'The audit log does not know of all recordings yet',
    },
    next: {
      pl: 'Program uzupełni go sam. Jeśli trwa to dłużej niż godzinę, sprawdź miejsce na dysku.',
      en: 'It catches up by itself. If that takes more than an hour, see to room on the disk.',
    },
  },
  AUDIT_FAILED: {
    what: { pl: 'Dziennik zdarzeń nie przyjmuje zapisów', en: 'The audit log takes no entries' },
    next: {
      pl: 'Zwolnij miejsce na dysku. Do tego czasu w konsoli nie da się nic zrobić; rozmowy są obsługiwane i nagrywane.',
      en: 'Make room on the disk. Until then nothing can be done in the console; calls go on and are recorded.',
    },
  },
  AUDIT_NOT_ANCHORED: {
    what: { pl: 'Dziennik zdarzeń nie jest potwierdzany podpisem', en: 'The audit log is not anchored' },
    next: {
      pl: 'Sprawdź folder „keys” i miejsce na dysku.',
      en: 'See to the folder `keys` and to room on the disk.',
    },
  },
  BACKUP_FAILED: {
    what: { pl: 'Nie wykonano kopii zapasowej ({})', en: 'A backup was not made ({})' },
    next: {
      pl: 'Sprawdź dysk, na który trafia. Szczegóły są na stronie „Kopia zapasowa”.',
      en: 'See to the disk it goes to. More is on the page “Backup”.',
    },
  },
  BUDGET_FULL: {
    what: { pl: 'Brakuje miejsca na nagrania', en: 'There is no room for recordings' },
    next: { pl: 'Zwiększ przydział albo zwolnij zabezpieczenia.', en: 'Raise the quota, or release holds.' },
  },
  BUDGET_HELD: {
    what: { pl: 'Zabezpieczone nagrania zajmują prawie całe miejsce', en: 'Held recordings take nearly all room' },
    next: {
      pl: 'Przejrzyj stronę „Zabezpieczenia” albo zwiększ przydział.',
      en: 'Look through “Holds”, or raise the quota.',
    },
  },
  BUDGET_OVER: {
    what: { pl: 'Przekroczono przydział miejsca na nagrania', en: 'Recordings take more than their quota' },
    next: {
      pl: 'Zwiększ przydział na stronie „Miejsce na nagrania”.',
      en: 'Raise it on “Room for recordings”.',
    },
  },
  CLOCK_UNSYNCHRONISED: {
    what: { pl: 'Zegar serwera nie jest zsynchronizowany', en: "The server's clock is not synchronised" },
    next: {
      pl: 'Włącz na serwerze chrony albo systemd-timesyncd. Do tego czasu godziny rozmów mogą być niedokładne.',
      en: 'Set up chrony or systemd-timesyncd. Until then the times of calls may be wrong.',
    },
  },
  CONSOLE_FAILED: {
    what: { pl: 'Konsola nie wystartowała', en: 'The console did not start' },
    next: {
      pl: 'Sprawdź sekcję „console” w pliku ustawień i uruchom Halinę ponownie. Rozmowy są obsługiwane i nagrywane.',
      en: 'See to the section `console` of the configuration and start Halina again. Calls go on and are recorded.',
    },
  },
  DISCLOSURE_UNSETTLED: {
    what: {
      pl: 'Nie wykonano jeszcze kroku udostępnienia organowi',
      en: 'A step of a disclosure is not carried out yet',
    },
    next: {
      pl: 'Próba będzie ponowiona; sprawdź miejsce na dysku.',
      en: 'It is tried again; see to room on the disk.',
    },
  },
  FRAUD_GUARD: {
    what: { pl: 'Wstrzymano podejrzane rozmowy za granicę', en: 'Calls abroad that look like fraud were stopped' },
    next: {
      pl: 'Sprawdź na stronie „Rozmowy”, kto dzwonił, i zmień hasło tego aparatu.',
      en: 'See on “Calls” who called, and change the password of that handset.',
    },
  },
  HANDSET_UNINFORMED: {
    what: {
      pl: 'Osoba, która używa aparatu {}, nie została poinformowana o nagrywaniu',
      en: 'Whoever uses handset {} was not told of the recording',
    },
    next: {
      pl: 'Poinformuj ją i wpisz to na stronie „Aparaty” (§ 7 zarządzenia).',
      en: 'Tell them, and enter it on “Handsets” (§ 7 of the ordinance).',
    },
  },
  JOURNAL_BEHIND: {
    what: {
      pl: 'Zapisy o rozmowach nie trafiają na dysk',
      en: 'What is known of calls does not reach the disk',
    },
    next: {
      pl: 'Zwolnij miejsce na dysku. Nie wyłączaj programu: to, czego jeszcze nie zapisał, trzyma w pamięci.',
      en: 'Make room on the disk. Do not stop the program: what it could not write yet is in its memory.',
    },
  },
  KEYS_MISSING: {
    what: { pl: 'Brakuje kluczy do części nagrań', en: 'The keys of some recordings are missing' },
    next: {
      pl: 'Przywróć klucze z kopii zapasowej. Do tego czasu tych nagrań nie da się odtworzyć.',
      en: 'Restore them from a backup. Until then those recordings cannot be played.',
    },
  },
  PART_SILENT: {
    what: { pl: 'Część programu nie odpowiada', en: 'A part of the program does not answer' },
    next: {
      pl: 'Jeśli trwa to dłużej niż minutę, uruchom Halinę ponownie.',
      en: 'If it lasts more than a minute start Halina again.',
    },
  },
  PEOPLE_FAILED: {
    what: { pl: 'Nie można otworzyć kont i wniosków', en: 'Accounts and requests cannot be opened' },
    next: {
      pl: 'Sprawdź dysk i uruchom Halinę ponownie. Rozmowy są obsługiwane i nagrywane.',
      en: 'See to the disk and start Halina again. Calls go on and are recorded.',
    },
  },
  PROMISE_AT_RISK: {
    what: {
      pl: 'Nagrania będą przechowywane krócej, niż zapowiedziano',
      en: 'Recordings will be kept for less than promised',
    },
    next: {
      pl: 'Zwiększ przydział na stronie „Miejsce na nagrania”.',
      en: 'Raise the quota on “Room for recordings”.',
    },
  },
  REQUEST_UNSETTLED: {
    what: { pl: 'Nie wykonano jeszcze kroku wniosku nr {}', en: 'A step of request no. {} is not carried out yet' },
    next: {
      pl: 'Próba będzie ponowiona; sprawdź miejsce na dysku.',
      en: 'It is tried again; see to room on the disk.',
    },
  },
  TRUNK_DOWN: {
    what: { pl: 'Operator nie odpowiada na łączu „{}”', en: 'The provider of the line “{}” does not answer' },
    next: {
      pl: 'Sprawdź łącze na stronie „Łącza”, potem zadzwoń do operatora.',
      en: 'Check the line on “Lines”, then call the provider.',
    },
  },
  TRUNK_NOT_REGISTERED: {
    what: {
      pl: 'Operator nie przyjmuje rejestracji łącza „{}”',
      en: 'The provider refuses the registration of the line “{}”',
    },
    next: {
      pl: 'Sprawdź z operatorem nazwę i hasło, które są w pliku ustawień.',
      en: 'Check the name and the password in the configuration with the provider.',
    },
  },
} as const satisfies Readonly<Record<string, AlarmWords>>;

export type AlarmCode = keyof typeof alarmWords;

/** What is the matter and what to do, of an alarm that stands; undefined for one of a program of another version. */
export function wordsOf({
  code,
  subject,
}: {
  readonly code: string;
  readonly subject: string;
}): AlarmWords | undefined {
  const known: Readonly<Record<string, AlarmWords | undefined>> = alarmWords;
  const words = Object.hasOwn(alarmWords, code) ? known[code] : undefined;
  if (!words) return undefined;
  const { what, next } = words;
  return { what: { pl: what.pl.replace('{}', subject), en: what.en.replace('{}', subject) }, next };
}
