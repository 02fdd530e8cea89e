/** What happened in a call by which a line is tried, and what an administrator does about it, in sentences. */
import { say } from './language.js';
import type { TrialPageView } from '../routes/trials.js';

export const stepName = (step: TrialPageView['steps'][number]['is']): string =>
  ({
    'handset-rings': say('Aparat dzwoni', 'The handset rings'),
    'handset-answered': say('Odebrano w urzędzie', 'It was picked up in the office'),
    'outside-called': say('Wysłano połączenie do operatora', 'The call went to the provider'),
    'outside-rings': say('U rozmówcy dzwoni', 'It rings at the other end'),
    'outside-answered': say('Rozmówca odebrał', 'The other end answered'),
  })[step];

export interface Verdict {
  readonly tone: 'good' | 'warn' | 'bad';
  readonly title: string;
  readonly text: string;
}

/** Undefined while it goes on. */
export function verdictOf({ over, call }: TrialPageView): Verdict | undefined {
  if (call?.end) return call.connectedAt === undefined ? refusalOf(call.end.cause) : soundOf(call);
  if (over) return over.side === 'handset' ? handsetOf(over.reason) : refusalOf(over.cause);
  return undefined;
}

function handsetOf(reason: string): Verdict {
  const texts: Readonly<Record<string, string>> = {
    busy: say('Aparat jest zajęty. Zakończ na nim rozmowę i spróbuj jeszcze raz.', 'The handset is busy. End its call and try again.'), // prettier-ignore
    'no-answer': say('Nikt nie podniósł słuchawki.', 'Nobody picked it up.'),
    refused: say('Na aparacie odrzucono połączenie.', 'The call was declined at the handset.'),
    cancelled: say('Słuchawkę odłożono, zanim rozmówca odebrał.', 'It was hung up before the other end answered.'),
    unreachable: say('Aparat nie jest zarejestrowany w centrali. Sprawdź, czy jest włączony i podłączony do sieci.', 'The handset is not registered. See that it is on and connected.'), // prettier-ignore
  };
  return {
    tone: 'warn',
    title: say('Łącze nie zostało sprawdzone', 'The line was not tried'),
    text: texts[reason] ?? say('Program przerwał połączenie.', 'The program ended the call.'),
  };
}

/** By the cause that the provider gave (Q.850), or that its SIP status stands for. */
function refusalOf(cause: number | undefined): Verdict {
  const code = cause === undefined ? '' : ` ${say('Kod przyczyny', 'Cause')} ${cause} (Q.850).`;
  const [tone, text] = causes()[cause ?? 0] ?? ['bad', say('Operator nie zrealizował połączenia. Podaj mu ten kod.', 'The provider did not carry the call. Tell it this code.')]; // prettier-ignore
  const title =
    tone === 'good'
      ? say('Łącze działa, ale rozmówca nie odebrał', 'The line works, but nobody answered')
      : say('Połączenie się nie udało', 'The call failed');
  return { tone, title, text: text + code };
}

type Told = readonly [tone: Verdict['tone'], text: string];
const causes = (): Readonly<Record<number, Told>> => ({
  1: ['warn', say('Operator nie zna tego numeru. Sprawdź, czy jest poprawny.', 'The provider does not know this number. See whether it is right.')], // prettier-ignore
  16: ['good', say('Połączenie zakończono, zanim ktoś odebrał.', 'The call was ended before anybody answered.')],
  17: ['good', say('Numer jest zajęty.', 'The number is busy.')],
  18: ['good', say('Telefon rozmówcy nie odpowiada.', 'The telephone there does not respond.')],
  19: ['good', say('Dzwoniło, nikt nie odebrał.', 'It rang, nobody answered.')],
  20: ['warn', say('Numer jest teraz nieosiągalny (na przykład wyłączony telefon).', 'The number cannot be reached now (switched off, say).')], // prettier-ignore
  21: ['bad', say('Połączenie odrzucono: albo rozmówca, albo operator (brak uprawnień lub środków na koncie). Spróbuj z innym numerem; jeśli będzie tak samo, zadzwoń do operatora.', 'It was rejected: by the other end, or by the provider (account not permitted, or without credit). Try another number; if it is the same call the provider.')], // prettier-ignore
  27: ['bad', say('Operator nie odpowiada albo łącze rozmówcy jest uszkodzone. Użyj przycisku „Sprawdź łącze”.', 'The provider does not answer, or the line there is out of order. Use “Check the line”.')], // prettier-ignore
  28: ['warn', say('Operator nie rozumie numeru w tej postaci. Sprawdź w pliku konfiguracji, jak łącze zapisuje numery (numbers.format).', 'The provider does not understand the number in this form. See how the line writes numbers (numbers.format).')], // prettier-ignore
  34: ['bad', say('Wszystkie kanały łącza są zajęte. Spróbuj później albo wykup ich więcej.', 'All channels of the line are taken. Try later, or have more of them.')], // prettier-ignore
  38: ['bad', say('Sieć operatora nie działa.', "The provider's network is out of order.")],
  41: ['bad', say('Chwilowa awaria u operatora albo brak odpowiedzi. Użyj przycisku „Sprawdź łącze” i spróbuj za kilka minut.', 'A temporary failure, or no answer. Use “Check the line”, and try again in some minutes.')], // prettier-ignore
  42: ['bad', say('Sieć operatora jest przeciążona. Spróbuj za kilka minut.', "The provider's network is congested. Try again in some minutes.")], // prettier-ignore
  50: ['bad', say('Konto u operatora nie ma tej usługi.', 'The account has no such service.')],
  57: ['bad', say('Konto u operatora nie pozwala na takie połączenie. Zadzwoń do operatora.', 'The account does not permit such a call. Call the provider.')], // prettier-ignore
  88: ['bad', say('Nie udało się uzgodnić rodzaju dźwięku. Sprawdź kodeki łącza.', 'No kind of sound could be agreed on. See the codecs of the line.')], // prettier-ignore
});

type Talked = NonNullable<TrialPageView['call']>;

function soundOf({ heard }: Talked): Verdict {
  const [outside, inside] = [(heard?.outside ?? 0) > 0, (heard?.inside ?? 0) > 0];
  if (outside && inside)
    return {
      tone: 'good',
      title: say('Łącze działa', 'The line works'),
      text: say('Połączono, a dźwięk szedł w obie strony.', 'The call came about, and sound went both ways.'),
    };
  const title = say('Połączono, ale bez pełnego dźwięku', 'The call came about, but not all of its sound');
  if (inside)
    return { tone: 'bad', title, text: say('Od rozmówcy nie przyszedł żaden dźwięk. Najczęściej zapora albo router nie wpuszcza dźwięku (RTP), albo podajemy operatorowi zły adres: użyj przycisku „Sprawdź łącze”.', 'No sound came from the other end. Mostly a firewall or router keeps it (RTP) out, or we tell the provider a wrong address: use “Check the line”.') }; // prettier-ignore
  if (outside)
    return { tone: 'bad', title, text: say('Z aparatu w urzędzie nie przyszedł żaden dźwięk. Sprawdź mikrofon i sieć aparatu.', 'No sound came from the handset. See its microphone and its network.') }; // prettier-ignore
  return { tone: 'bad', title, text: say('Z żadnej strony nie przyszedł dźwięk. Sprawdź zaporę i sieć.', 'No sound came from either side. See firewall and network.') }; // prettier-ignore
}

export function noticeText({ notice, noticeGiven }: Talked): string {
  if (notice === 'none') return say('Informacji o nagrywaniu nie odtwarza się przy tych połączeniach.', 'No notice is played in these calls.'); // prettier-ignore
  if (notice === 'automatic')
    return noticeGiven
      ? say('Informację o nagrywaniu odtworzono w całości.', 'The notice of recording was played whole.')
      : say('Informacji o nagrywaniu nie odtworzono w całości.', 'The notice of recording was not played whole.');
  return noticeGiven
    ? say('Potwierdzono kodem poinformowanie o nagrywaniu.', 'It was confirmed by code that the party was told.')
    : say('O nagrywaniu informuje pracownik; nie potwierdzono tego kodem.', 'The employee tells of the recording; it was not confirmed by code.'); // prettier-ignore
}
