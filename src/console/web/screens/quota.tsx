/** The room for recordings: how it stands, and a slider that shows what another quota would do while it is moved. */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ApiProblem, get, post } from '../api.js';
import { bytes, count, onDay, say } from '../language.js';
import { Await, Field, Input, ProblemNote, Title } from '../parts/basics.js';
import { ActionForm } from '../parts/form.js';
import { boundsOf, fillingOf, GB, toneOf, type Outlook } from '../quota-outlook.js';
import { useLoaded } from '../use.js';

interface Quota extends Omit<Outlook, 'plan'> {
  readonly usage: { readonly used: number; readonly quota: number; readonly recordings: number };
  readonly holds: number;
}

export function QuotaPage(): JSX.Element {
  const [loaded, again] = useLoaded<Quota>('/quota');
  return (
    <>
      <Title>{say('Miejsce na nagrania', 'Room for recordings')}</Title>
      <Await of={loaded} again={again}>
        {(quota) => (
          <>
            <Standing quota={quota} />
            <Change key={quota.usage.quota} quota={quota} again={again} />
          </>
        )}
      </Await>
    </>
  );
}

const recordings = (n: number): string => count(n, ['nagranie', 'nagrania', 'nagrań'], ['recording', 'recordings']);
const days = (n: number): string => count(Math.floor(n), ['dzień', 'dni', 'dni'], ['day', 'days']);

const Standing = ({ quota: { usage, forecast } }: { quota: Quota }): JSX.Element => (
  <section class="card" id="room" aria-label={say('Stan', 'As it is')}>
    <p class="figure">
      {bytes(usage.used)} {say('z', 'of')} {bytes(usage.quota)}
    </p>
    <meter min={0} max={usage.quota} value={usage.used} aria-label={say('Zajęte miejsce', 'Room that is used')} />
    <p>{recordings(usage.recordings)}</p>
    <Ahead outlook={{ plan: { recordings: 0, bytes: 0, fits: true }, forecast }} />
  </section>
);

/** The sliding pauses for so long. */
const PAUSE_MS = 150;

/** What a quota would do; while the next answer is awaited the last one stands. */
function useOutlook(
  wanted: number | undefined,
): readonly [(Outlook & { bytes: number }) | undefined, ApiProblem | undefined] {
  const [outlook, setOutlook] = useState<Outlook & { bytes: number }>();
  const [problem, setProblem] = useState<ApiProblem>();
  useEffect(() => {
    setProblem(undefined);
    if (wanted === undefined) return setOutlook(undefined);
    const stop = new AbortController();
    const ask = (): Promise<void> =>
      get<Outlook>(`/quota?bytes=${wanted}`, stop.signal).then(
        (found) => setOutlook({ ...found, bytes: wanted }),
        (error: unknown) => {
          if (!stop.signal.aborted && error instanceof ApiProblem) setProblem(error);
        },
      );
    const timer = setTimeout(() => void ask(), PAUSE_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [wanted]);
  return [outlook, problem];
}

function Change({ quota: { usage, holds }, again }: { quota: Quota; again: () => void }): JSX.Element {
  const [size, setSize] = useState(String(usage.quota / GB));
  const [reason, setReason] = useState('');
  const [told, setTold] = useState<string>();
  const gigabytes = Number(size.replace(',', '.'));
  const good = gigabytes >= 0.01 && gigabytes <= 100_000;
  const wanted = good ? Math.round(gigabytes * GB) : undefined;
  const [outlook, problem] = useOutlook(wanted === usage.quota ? undefined : wanted);
  const set = (next: string): void => {
    setTold(undefined);
    setSize(next);
  };
  const change = async (): Promise<void> => {
    const { pending } = await post<{ pending?: object }>('/quota', { bytes: wanted, reason });
    if (pending === undefined) again();
    setTold(
      pending === undefined
        ? say('Zmieniono.', 'Changed.')
        : say('Zmiana czeka na potwierdzenie Sekretarza.', 'The change waits for the Secretary to confirm it.'),
    );
  };
  return (
    <section class="card" aria-labelledby="change">
      <h2 id="change">{say('Zmiana przydziału', 'Change the quota')}</h2>
      <Sizes
        size={size}
        gigabytes={good ? gigabytes : usage.quota / GB}
        good={good}
        set={set}
        bounds={boundsOf(holds, usage.quota)}
      />
      <p class="small soft">
        {say('Dysk pomieści', 'The disk can hold')} {bytes(holds)}.
      </p>
      <ProblemNote problem={problem} />
      <div role="status" id="outlook">
        {outlook ? (
          <OutlookNote outlook={outlook} holds={holds} />
        ) : (
          <p class="soft">
            {say(
              'Przesuń suwak, a zobaczysz skutek, zanim cokolwiek zmienisz.',
              'Move the slider: you see what it would do before anything changes.',
            )}
          </p>
        )}
      </div>
      {outlook ? (
        <ActionForm
          send={change}
          button={say('Zmień przydział', 'Change the quota')}
          missing={told === undefined ? undefined : say('Zmiana jest już zgłoszona.', 'It was asked for already.')}
        >
          <Input label={say('Powód zmiany', 'Reason')} value={reason} set={setReason} required />
          <p role="status">{told ?? ''}</p>
        </ActionForm>
      ) : null}
    </section>
  );
}

interface SizesProps {
  readonly size: string;
  readonly gigabytes: number;
  readonly good: boolean;
  readonly set: (size: string) => void;
  readonly bounds: ReturnType<typeof boundsOf>;
}

/** The same number twice: to be slid, and to be typed. */
const Sizes = ({ size, gigabytes, good, set, bounds }: SizesProps): JSX.Element => (
  <div class="slide">
    <Field label={say('Nowy przydział', 'New quota')}>
      {(ids) => (
        <input
          {...ids}
          {...bounds}
          type="range"
          value={String(Math.min(bounds.max, Math.max(bounds.min, gigabytes)))}
          aria-valuetext={bytes(gigabytes * GB)}
          onInput={(event) => set(event.currentTarget.value)}
        />
      )}
    </Field>
    <Input
      label={say('Nowy przydział (GB)', 'New quota (GB)')}
      value={size}
      set={set}
      wrong={good ? undefined : say('Wpisz liczbę gigabajtów, na przykład 50.', 'Write gigabytes, for example 50.')}
      max={10}
    />
  </div>
);

function OutlookNote({ outlook, holds }: { outlook: Outlook & { bytes: number }; holds: number }): JSX.Element {
  const { plan } = outlook;
  return (
    <div class={`note ${outlook.bytes > holds ? 'bad' : toneOf(outlook)}`}>
      <strong>
        {say('Przydział', 'Quota')} {bytes(outlook.bytes)}
      </strong>
      {outlook.bytes > holds ? <p>{say('Tyle dysk nie pomieści.', 'The disk cannot hold that much.')}</p> : null}
      <p>
        {plan.recordings === 0
          ? say('Żadne nagranie nie zostanie usunięte.', 'No recording goes.')
          : `${say('Zostanie usuniętych od razu:', 'These go at once:')} ${recordings(plan.recordings)} (${bytes(plan.bytes)}). ${say('Potwierdzi to Sekretarz.', 'The Secretary confirms it.')}`}
      </p>
      {plan.fits ? null : (
        <p>
          {say(
            'To i tak za mało: więcej zajmują nagrania, których nie wolno usunąć.',
            'Even so it is too little: recordings that must not go take more.',
          )}
        </p>
      )}
      <Ahead outlook={outlook} />
    </div>
  );
}

function Ahead({ outlook }: { outlook: Outlook }): JSX.Element {
  const { reachDays, weekBytes } = outlook.forecast;
  return (
    <>
      <p>
        {say('Przy obecnym tempie nagrywania archiwum sięgnie wstecz', 'At this pace the archive will reach back')}{' '}
        <strong>{days(reachDays)}</strong> ({bytes(weekBytes)} {say('na tydzień', 'a week')}). {fillingWords(outlook)}
      </p>
      {outlook.forecast.promise ? <p>{promiseWords(outlook.forecast.promise)}</p> : null}
    </>
  );
}

function fillingWords(outlook: Outlook): string {
  const filling = fillingOf(outlook);
  switch (filling.when) {
    case 'at-once':
      return say(
        'Będzie pełne od razu: odtąd każde nowe nagranie zajmie miejsce najstarszego.',
        'It is full at once: from then on each new recording takes the place of the oldest.',
      );
    case 'already':
      return say(
        'Jest już pełne: każde nowe nagranie zajmuje miejsce najstarszego.',
        'It is full already: each new recording takes the place of the oldest.',
      );
    case 'on':
      return `${say('Zapełni się dnia', 'It is full on')} ${onDay(filling.day)}.`;
    case 'not-foreseen':
      return say('W ciągu trzech lat się nie zapełni.', 'It does not become full within three years.');
  }
}

function promiseWords({ days: promised, state, on = '' }: NonNullable<Outlook['forecast']['promise']>): string {
  switch (state) {
    case 'kept':
      return say(
        `Nagrania zostaną co najmniej przez obiecane ${days(promised)}.`,
        `Recordings stay for the promised ${days(promised)} at least.`,
      );
    case 'comes':
      return say(
        `Archiwum jest młode: obiecane ${days(promised)} obejmie od dnia ${onDay(on)}.`,
        `The archive is young: it covers the promised ${days(promised)} from ${onDay(on)} on.`,
      );
    case 'breaks':
      return say(
        `Obietnica nie będzie dotrzymana: od dnia ${onDay(on)} nie ma miejsca na obiecane ${days(promised)}.`,
        `The promise is broken: from ${onDay(on)} on there is no room for the promised ${days(promised)}.`,
      );
    case 'never':
      return say(
        `Obietnica nie może być dotrzymana: na obiecane ${days(promised)} nie ma miejsca.`,
        `The promise cannot be kept: there is no room for the promised ${days(promised)}.`,
      );
  }
}
