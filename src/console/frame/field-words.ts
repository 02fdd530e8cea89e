/** What is wrong with a field of a request, in words: the field as the pages call it, and the rule that it breaks. */
import type { ZodError } from 'zod';
import type { Text } from './language.js';

type Issue = ZodError['issues'][number];

/** By the last part of their path. A field that no form has keeps its own name. */
const names: Readonly<Record<string, Text>> = {
  reference: { pl: 'znak sprawy', en: 'case number' },
  caseSign: { pl: 'znak sprawy', en: 'case sign' },
  purpose: { pl: 'cel', en: 'purpose' },
  name: { pl: 'nazwa albo imię i nazwisko', en: 'name' },
  login: { pl: 'nazwa użytkownika', en: 'user name' },
  password: { pl: 'hasło', en: 'password' },
  new: { pl: 'nowe hasło', en: 'new password' },
  old: { pl: 'dotychczasowe hasło', en: 'old password' },
  code: { pl: 'kod', en: 'code' },
  number: { pl: 'numer', en: 'number' },
  numberEnd: { pl: 'końcówka numeru (co najmniej 3 cyfry)', en: 'end of the number (3 digits or more)' },
  extension: { pl: 'numer wewnętrzny', en: 'extension' },
  trunk: { pl: 'łącze', en: 'line' },
  dialled: { pl: 'wybrany numer', en: 'dialled number' },
  reason: { pl: 'powód', en: 'reason' },
  why: { pl: 'powód', en: 'reason' },
  reasons: { pl: 'uzasadnienie', en: 'reasons' },
  text: { pl: 'treść', en: 'text' },
  note: { pl: 'uwagi', en: 'note' },
  remarks: { pl: 'uwagi do protokołu', en: 'remarks' },
  findings: { pl: 'ustalenia', en: 'findings' },
  authority: { pl: 'organ', en: 'authority' },
  legalBasis: { pl: 'podstawa prawna', en: 'legal basis' },
  scope: { pl: 'zakres', en: 'scope' },
  calls: { pl: 'rozmowy', en: 'calls' },
  receivedOn: { pl: 'data wpływu', en: 'date of receipt' },
  on: { pl: 'dzień', en: 'day' },
  at: { pl: 'dzień i godzina', en: 'date and time' },
  from: { pl: 'od', en: 'from' },
  to: { pl: 'do', en: 'to' },
  until: { pl: 'do dnia', en: 'until' },
  time: { pl: 'godzina', en: 'time' },
  place: { pl: 'miejsce', en: 'place' },
  present: { pl: 'osoby obecne', en: 'who is present' },
  identity: { pl: 'potwierdzenie tożsamości', en: 'identity' },
  concerns: { pl: 'czego dotyczyła rozmowa', en: 'what it was about' },
  participation: { pl: 'jak sprawdzono udział w rozmowie', en: 'how the taking part was checked' },
  proof: { pl: 'dowód doręczenia', en: 'proof of delivery' },
  receipt: { pl: 'pokwitowanie', en: 'receipt' },
  how: { pl: 'sposób', en: 'how' },
  document: { pl: 'numer dokumentu', en: 'number of the document' },
  facts: { pl: 'co ustalono', en: 'what was found' },
  postalCode: { pl: 'kod pocztowy', en: 'postal code' },
  street: { pl: 'ulica i numer', en: 'street' },
  town: { pl: 'miejscowość', en: 'town' },
  electronicDelivery: { pl: 'adres do e-Doręczeń', en: 'address for electronic delivery' },
  account: { pl: 'osoba', en: 'person' },
  roles: { pl: 'role', en: 'roles' },
  units: { pl: 'komórki', en: 'units' },
  extensions: { pl: 'numery wewnętrzne', en: 'extensions' },
  bytes: { pl: 'przydział', en: 'quota' },
  pdf: { pl: 'plik PDF', en: 'PDF file' },
};

export function fieldName(path: readonly PropertyKey[]): Text {
  const own = path.map(String).join('.');
  const last = path.findLast((part) => typeof part === 'string') ?? '';
  return (Object.hasOwn(names, last) ? names[last] : undefined) ?? { pl: own, en: own };
}

/** Which rule it breaks. */
export function wrongOf(issue: Issue): Text {
  if (issue.code === 'too_small') return tooSmall(issue.origin, Number(issue.minimum));
  if (issue.code === 'too_big') return tooBig(issue.origin, Number(issue.maximum));
  if (issue.code === 'invalid_type')
    return { pl: 'brakuje albo jest czymś innym, niż powinno', en: 'missing, or of another kind' };
  if (issue.code === 'unrecognized_keys')
    return { pl: `nieznane: ${issue.keys.join(', ')}`, en: `not known: ${issue.keys.join(', ')}` };
  return { pl: 'nie ma właściwej postaci', en: 'not in the right form' };
}

function tooSmall(origin: string, least: number): Text {
  if (origin === 'string' && least <= 1) return { pl: 'trzeba wypełnić', en: 'has to be filled in' };
  if (origin === 'string')
    return { pl: `za krótkie, najmniej znaków: ${least}`, en: `too short, at least ${least} characters` };
  if (origin === 'array') return { pl: 'wskaż co najmniej jedną pozycję', en: 'name at least one' };
  return { pl: `za mało, najmniej ${least}`, en: `too little, at least ${least}` };
}

function tooBig(origin: string, most: number): Text {
  if (origin === 'string')
    return { pl: `za długie, najwięcej znaków: ${most}`, en: `too long, at most ${most} characters` };
  return { pl: `za dużo, najwięcej ${most}`, en: `too much, at most ${most}` };
}
