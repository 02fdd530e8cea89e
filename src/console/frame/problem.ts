/**
 * What goes wrong, as the API tells it: problem details (RFC 9457) in the reader's language. The table is the one place
 * where a kind of problem gets its HTTP status; whoever throws says what happened and what to do.
 */
import { HalinaError } from '../../base/errors.js';
import type { Language, Text } from './language.js';

/** Every kind of problem: its HTTP status and its title. */
export const problems = {
  'bad-request': [400, { pl: 'Tego żądania nie da się odczytać', en: 'This request cannot be read' }],
  'not-logged-in': [401, { pl: 'Trzeba się zalogować', en: 'You have to log in' }],
  'wrong-credentials': [401, { pl: 'Nie udało się zalogować', en: 'The log-in failed' }],
  forbidden: [403, { pl: 'Brak uprawnienia', en: 'You are not permitted to do this' }],
  'cross-site': [403, { pl: 'Żądanie przyszło z obcej strony', en: 'This request came from another site' }],
  'not-found': [404, { pl: 'Nie ma takiej pozycji', en: 'There is no such thing' }],
  'wrong-method': [405, { pl: 'Tak nie można', en: 'This cannot be done that way' }],
  conflict: [409, { pl: 'Ktoś był szybszy', en: 'Somebody was faster' }],
  'not-now': [409, { pl: 'Teraz nie można tego zrobić', en: 'This cannot be done now' }],
  gone: [410, { pl: 'Tego już nie ma', en: 'This is gone' }],
  changed: [412, { pl: 'W międzyczasie coś się zmieniło', en: 'It was changed in the meantime' }],
  'too-large': [413, { pl: 'To jest za duże', en: 'This is too large' }],
  'wrong-type': [415, { pl: 'Nieobsługiwany rodzaj danych', en: 'This kind of data is not taken' }],
  range: [416, { pl: 'Nie ma takiego fragmentu', en: 'There is no such range' }],
  invalid: [422, { pl: 'Coś trzeba poprawić', en: 'Something has to be corrected' }],
  'too-many': [429, { pl: 'Za dużo naraz', en: 'Too much at once' }],
  failed: [500, { pl: 'Wystąpił błąd', en: 'Something failed' }],
  unavailable: [503, { pl: 'To teraz nie działa', en: 'This does not work now' }],
  'audit-unavailable': [503, { pl: 'Dziennik zdarzeń nie działa', en: 'The audit log does not work' }],
} as const satisfies Record<string, readonly [number, Text]>;

export type ProblemKind = keyof typeof problems;

export interface ProblemOptions {
  /** Which field is meant, and what is wrong with it. */
  readonly fields?: readonly { readonly field: string; readonly what: Text }[];
  /** Seconds after which trying again makes sense. */
  readonly retryAfter?: number;
  readonly cause?: unknown;
}

/** Thrown by whatever answers a request. */
export class Problem extends HalinaError {
  readonly kind: ProblemKind;
  readonly detail: Text;
  readonly options: ProblemOptions;

  /** `detail`: what happened and what to do, whole sentences. */
  constructor(kind: ProblemKind, detail: Text, options: ProblemOptions = {}) {
    super(kind.toUpperCase().replaceAll('-', '_'), detail.en, { cause: options.cause });
    this.name = 'Problem';
    this.kind = kind;
    this.detail = detail;
    this.options = options;
  }

  get status(): number {
    return problems[this.kind][0];
  }

  /** The body, `application/problem+json`. */
  body(language: Language): ProblemBody {
    const { fields } = this.options;
    return {
      type: `/problems/${this.kind}`,
      title: problems[this.kind][1][language],
      status: this.status,
      detail: this.detail[language],
      ...(fields ? { fields: fields.map(({ field, what }) => ({ field, what: what[language] })) } : {}),
    };
  }
}

export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly fields?: readonly { readonly field: string; readonly what: string }[];
}
