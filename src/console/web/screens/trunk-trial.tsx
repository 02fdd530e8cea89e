/** A line tried by a call: one's own handset rings first, then the number; what happens is told as it happens. */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { OfficeStatus } from '../../doors.js';
import type { TrialPageView } from '../../routes/trials.js';
import { post } from '../api.js';
import { length, quoted, say, when } from '../language.js';
import { Input, Note, ProblemNote, Select } from '../parts/basics.js';
import { noticeText, stepName, verdictOf } from '../trial-words.js';
import { useDoing, useLoaded } from '../use.js';

const LOOK_MS = 1000;

export function TrunkTrial({ name, handsets }: Pick<OfficeStatus, 'handsets'> & { name: string }): JSX.Element {
  const [number, setNumber] = useState('');
  const [extension, setExtension] = useState(
    () => (handsets.find(({ contacts }) => contacts.length > 0) ?? handsets[0])?.extension ?? '',
  );
  const [id, setId] = useState<string>();
  const { busy, problem, run } = useDoing();
  const call = (event: Event): void => {
    event.preventDefault();
    void run(async () => {
      setId(undefined);
      setId((await post<TrialPageView>(`/trunks/${encodeURIComponent(name)}/calls`, { number, extension })).id);
    });
  };
  const wrong = (field: string): string | undefined => problem?.body.fields?.find((one) => one.field === field)?.what;
  return (
    <details>
      <summary>
        {say('Rozmowa próbna', 'Trial call')} {quoted(name)}
      </summary>
      <form onSubmit={call}>
        <p>
          {say(
            'Najpierw zadzwoni wybrany aparat. Gdy podniesiesz słuchawkę, program zadzwoni tym łączem pod podany numer. To prawdziwe połączenie: kosztuje jak każde inne i jest nagrywane.',
            'First the handset rings. Once you pick it up the program calls the number by this line. It is a real call: it costs what every call does, and it is recorded.',
          )}
        </p>
        <Select
          label={say('Twój aparat', 'Your handset')}
          value={extension}
          set={setExtension}
          options={handsets.map((one): readonly [string, string] => [one.extension, handsetName(one)])}
        />
        <Input
          label={say('Numer, pod który zadzwonić', 'Number to call')}
          help={say('np. Twoja komórka', 'your mobile, say')}
          value={number}
          set={setNumber}
          wrong={wrong('number') ?? wrong('extension')}
          inputMode="tel"
          max={40}
          required
        />
        <ProblemNote problem={problem} />
        <button type="submit" disabled={busy || extension === ''}>
          {say('Zadzwoń', 'Call')}
        </button>
      </form>
      {id === undefined ? null : <Trial key={id} id={id} />}
    </details>
  );
}

const handsetName = ({ extension, displayName, contacts }: OfficeStatus['handsets'][number]): string =>
  [extension, displayName ?? '', contacts.length > 0 ? '' : `(${say('niezarejestrowany', 'not registered')})`].join(' ').trim(); // prettier-ignore

/** Looked at every second until it is over. */
function Trial({ id }: { id: string }): JSX.Element | null {
  const [loaded, again] = useLoaded<TrialPageView>(`/trials/${id}`);
  const isOver = loaded.state === 'failed' || (loaded.state === 'there' && verdictOf(loaded.value) !== undefined);
  useEffect(() => {
    if (isOver) return undefined;
    const timer = setInterval(again, LOOK_MS);
    return () => clearInterval(timer);
  }, [isOver, again]);
  if (loaded.state === 'failed') return <ProblemNote problem={loaded.problem} again={again} />;
  return loaded.state === 'there' ? <Story trial={loaded.value} /> : null;
}

function Story({ trial }: { trial: TrialPageView }): JSX.Element {
  const verdict = verdictOf(trial);
  const { call, steps } = trial;
  return (
    <div role="status" aria-label={say('Przebieg rozmowy próbnej', 'How the trial goes')}>
      <ol class="plain">
        {steps.map(({ at, is }) => (
          <li key={is} class="between">
            <span>{stepName(is)}</span>
            <span class="numbers soft">{when(at, 'time')}</span>
          </li>
        ))}
        {call?.connectedAt === undefined ? null : (
          <li class="between">
            <span>
              {call.end ? say('Rozmowa zakończona', 'The call is over') : say('Trwa rozmowa', 'The two talk')}
              {call.talkMs === undefined ? '' : `, ${length(call.talkMs)}`}
            </span>
            <span class="numbers soft">{when(call.connectedAt, 'time')}</span>
          </li>
        )}
      </ol>
      {verdict === undefined ? null : (
        <Note tone={verdict.tone} title={verdict.title}>
          <p>
            {verdict.text} {call?.connectedAt === undefined ? '' : noticeText(call)}
          </p>
          {call ? (
            <p>
              <a href={`/calls/${call.id}`}>{say('Ta rozmowa w rejestrze', 'This call in the register')}</a>
            </p>
          ) : null}
        </Note>
      )}
    </div>
  );
}
