/** The steps of a request that are a few fields and a button, by their name in the workflow. */
import { say } from './language.js';
import type { RequestView } from '../routes/requests/views.js';

export interface StepProps {
  readonly view: RequestView;
  readonly done: (view: RequestView) => void;
}

type Options = readonly (readonly [string, string])[];

interface FieldOf {
  readonly name: string;
  readonly label: string;
  readonly kind?: 'date' | 'datetime-local';
  readonly options?: Options;
  /** May be left empty. */
  readonly free?: true;
}

export interface StepForm {
  readonly title: string;
  readonly button: string;
  readonly fields: readonly FieldOf[];
  readonly danger?: true;
}

const text = (name: string, label: string): FieldOf => ({ name, label });

export function stepForms(): Readonly<Record<string, StepForm>> {
  return {
    reject: {
      title: say('Pozostaw bez rozpoznania', 'Leave it without consideration'),
      button: say('Pozostaw bez rozpoznania', 'Leave it'),
      danger: true,
      fields: [
        {
          name: 'why',
          label: say('Dlaczego', 'Why'),
          options: [
            ['number-withheld', say('numer był zastrzeżony (§ 2 ust. 7)', 'the number was withheld')],
            ['not-a-participant', say('nie brał udziału w rozmowie', 'took no part in the call')],
          ],
        },
        text('note', say('Wyjaśnienie do pisma', 'Explanation for the letter')),
      ],
    },
    answer: {
      title: say('Odpowiedz, że nie ma nagrania', 'Answer that there is no recording'),
      button: say('Przygotuj odpowiedź', 'Answer'),
      fields: [
        {
          name: 'why',
          label: say('Dlaczego', 'Why'),
          options: [
            ['none-found', say('nie znaleziono rozmowy', 'no such call')],
            ['not-recorded', say('rozmowy nie nagrano', 'it was not recorded')],
            ['evicted', say('nagranie usunięto po terminie', 'its term was over')],
          ],
        },
        text('facts', say('Co ustalono', 'What was found')),
      ],
    },
    'go-on': {
      title: say('Podejmij sprawę bez brakującej opinii', 'Go on without the opinion'),
      button: say('Idź dalej', 'Go on'),
      fields: [text('reason', say('Powód', 'Reason'))],
    },
    refuse: {
      title: say('Odmowa', 'Refusal'),
      button: say('Odmów', 'Refuse'),
      danger: true,
      fields: [text('reasons', say('Uzasadnienie (§ 2 ust. 5)', 'Reasons (§ 2.5)'))],
    },
    revoke: {
      title: say('Cofnięcie zgody', 'Take the approval back'),
      button: say('Cofnij zgodę', 'Take it back'),
      danger: true,
      fields: [text('reasons', say('Uzasadnienie', 'Reasons'))],
    },
    'no-show': {
      title: say('Wnioskodawca nie przyszedł', 'The requester did not come'),
      button: say('Odnotuj niestawienie', 'Note it'),
      fields: [],
    },
    close: {
      title: say('Zakończenie sprawy', 'Close the case'),
      button: say('Zakończ sprawę', 'Close'),
      fields: [text('note', say('Uwagi do pisma', 'Note for the letter'))],
    },
    reopen: {
      title: say('Wznowienie sprawy', 'Reopen'),
      button: say('Wznów', 'Reopen'),
      fields: [
        {
          name: 'to',
          label: say('Do jakiego etapu', 'To which state'),
          options: [
            ['received', say('od przyjęcia wniosku', 'from its receipt')],
            ['decision', say('do ponownej decyzji', 'to a new decision')],
          ],
        },
        {
          name: 'ground',
          label: say('Na podstawie', 'By'),
          options: [
            ['complaint', say('skargi', 'a complaint')],
            ['authority', say('pisma organu nadzorczego', 'the supervisory authority')],
            ['court', say('orzeczenia sądu', 'a court')],
          ],
        },
        text('document', say('Numer pisma', "The document's number")),
      ],
    },
    'extend-term': {
      title: say('Przedłużenie terminu o dwa miesiące', 'Extend the term by two months'),
      button: say('Przedłuż', 'Extend'),
      fields: [text('reason', say('Powód', 'Reason'))],
    },
    'enter-case-sign': {
      title: say('Znak sprawy', 'Case sign'),
      button: say('Wpisz znak sprawy', 'Enter it'),
      fields: [text('caseSign', say('Znak sprawy (JRWA)', 'Case sign'))],
    },
    withdraw: {
      title: say('Wycofanie wniosku', 'Withdrawal'),
      button: say('Wycofaj na prośbę wnioskodawcy', 'Withdraw it'),
      danger: true,
      fields: [text('how', say('Jak wnioskodawca wycofał wniosek', 'How the requester withdrew it'))],
    },
    'hand-over-copy': {
      title: say('Wydanie kopii', 'Handing over the copy'),
      button: say('Odnotuj wydanie kopii', 'Note it'),
      fields: [text('how', say('Komu i jak wydano', 'To whom and how'))],
    },
  };
}
