/** The announcements: listened to, replaced by a WAV file or by speech from a text, and back to those of the program. */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { command, post, postForBlob } from '../api.js';
import { length, say } from '../language.js';
import { Await, Field, Input, Mark, Note, ProblemNote, Select, Title } from '../parts/basics.js';
import { base64Of } from '../files.js';
import { inLanguage, languageName, promptName } from '../prompt-words.js';
import { useDoing, useLoaded } from '../use.js';
import type { PromptView } from '../../routes/prompts.js';

interface Loaded {
  readonly prompts: readonly PromptView[];
  readonly canSpeak: boolean;
}

export function Prompts(): JSX.Element {
  const [loaded, again] = useLoaded<Loaded>('/prompts');
  const [language, setLanguage] = useState('pl');
  return (
    <>
      <Title>{say('Komunikaty', 'Announcements')}</Title>
      <Await of={loaded} again={again}>
        {({ prompts, canSpeak }) => {
          const languages = [...new Set(prompts.map((one) => one.language))];
          return (
            <>
              <section class="card" aria-labelledby="change">
                <h2 id="change">{say('Zmiana komunikatu', 'Change an announcement')}</h2>
                <Change prompts={prompts} canSpeak={canSpeak} again={again} />
              </section>
              <section class="card" id="prompts" aria-label={say('Wszystkie komunikaty', 'All announcements')}>
                <Select
                  label={say('Język', 'Language')}
                  value={language}
                  set={setLanguage}
                  options={languages.map((one): readonly [string, string] => [one, languageName(one)])}
                />
                <ul class="plain">
                  {prompts
                    .filter((one) => one.language === language)
                    .map((one) => (
                      <Row key={`${one.language}/${one.name}`} prompt={one} again={again} />
                    ))}
                </ul>
              </section>
            </>
          );
        }}
      </Await>
    </>
  );
}

const soundOf = ({ language, name, sha256 }: PromptView): string =>
  `/api/v1/prompts/${language}/${name}/sound?v=${sha256.slice(0, 8)}`;

function Row({ prompt, again }: { prompt: PromptView; again: () => void }): JSX.Element {
  const [open, setOpen] = useState(false);
  const { busy, problem, run } = useDoing();
  const drop = (): void =>
    void run(async () => command('DELETE', `/prompts/${prompt.language}/${prompt.name}`).then(again));
  return (
    <li>
      <div class="between">
        <span>
          <strong>{promptName(prompt.name)}</strong> <code class="small soft">{prompt.name}</code>{' '}
          <span class="soft numbers">{length(prompt.durationMs)}</span>{' '}
          {prompt.own ? <Mark tone="live">{say('własny', 'own')}</Mark> : null}{' '}
          {prompt.inUse ? null : <Mark tone="warn">{say('od następnego startu', 'from the next start')}</Mark>}
        </span>
        <span class="row">
          <button
            type="button"
            onClick={() => setOpen(!open)}
            aria-expanded={open}
            aria-label={`${say('Odsłuchaj:', 'Listen:')} ${promptName(prompt.name)}`}
          >
            {say('Odsłuchaj', 'Listen')}
          </button>
          {prompt.own ? (
            <button
              type="button"
              disabled={busy}
              onClick={drop}
              aria-label={`${say('Przywróć komunikat programu:', "Back to the program's:")} ${promptName(prompt.name)}`}
            >
              {say('Przywróć komunikat programu', "Back to the program's")}
            </button>
          ) : null}
        </span>
      </div>
      {prompt.text ? <p class="soft">„{prompt.text}”</p> : null}
      <p class="break">
        <code class="small">SHA-256 {prompt.sha256}</code>
      </p>
      {open ? <audio controls autoPlay src={soundOf(prompt)} /> : null}
      <ProblemNote problem={problem} />
    </li>
  );
}

function Change({ prompts, canSpeak, again }: Loaded & { again: () => void }): JSX.Element {
  const [key, setKey] = useState('pl/notice');
  const [text, setText] = useState('');
  const [wav, setWav] = useState<Blob>();
  const [done, setDone] = useState<string>();
  const { busy, problem, run, forget } = useDoing();
  const [language = 'pl'] = key.split('/');
  const take = (file: Blob | undefined): void => {
    forget();
    setDone(undefined);
    setWav(file);
  };
  const speak = (event: Event): void => {
    event.preventDefault();
    void run(async () => setWav(await postForBlob('/prompts/speech', { language, text })));
  };
  const upload = (event: Event): void => {
    event.preventDefault();
    if (!wav) return;
    void run(async () => {
      const kept = await post<{ sha256: string }>(`/prompts/${key}`, { wav: await base64Of(wav) }, 60_000);
      setDone(kept.sha256);
      setWav(undefined);
      again();
    });
  };
  return (
    <>
      <Select
        label={say('Który komunikat', 'Which announcement')}
        value={key}
        set={setKey}
        options={prompts.map(({ language: of, name }): readonly [string, string] => [
          `${of}/${name}`,
          `${promptName(name)}, ${inLanguage(of)}`,
        ])}
      />
      <Field
        label={say('Plik WAV', 'WAV file')}
        help={say(
          'PCM 16 bitów, najlepiej 8000 Hz lub 16000 Hz, jeden kanał',
          '16-bit PCM, best 8000 or 16000 Hz, mono',
        )}
      >
        {(ids) => (
          <input
            {...ids}
            type="file"
            accept=".wav,audio/wav"
            disabled={busy}
            onChange={(event) => take(event.currentTarget.files?.[0])}
          />
        )}
      </Field>
      {canSpeak ? (
        <form onSubmit={speak}>
          <Input
            label={say('Tekst do odczytania', 'Text to be spoken')}
            help={say('Zamiast pliku: głos syntezatora.', 'In the place of a file: a synthetic voice.')}
            value={text}
            set={setText}
            lines={3}
            required
          />
          <button type="submit" disabled={busy}>
            {say('Odczytaj', 'Speak it')}
          </button>
        </form>
      ) : (
        <Note>
          {say(
            'Aby tworzyć komunikaty z tekstu, zainstaluj na serwerze program espeak-ng.',
            'To make announcements from a text install espeak-ng on the server.',
          )}
        </Note>
      )}
      {wav ? <Preview wav={wav} /> : null}
      <ProblemNote problem={problem} />
      <p role="status">
        {done
          ? `${say('Zapisano; dzwoniący usłyszą go od następnego razu. SHA-256:', 'Kept; callers hear it from now on. SHA-256:')} ${done}`
          : ''}
      </p>
      <form onSubmit={upload}>
        <button type="submit" class="main" disabled={busy || !wav}>
          {say('Wgraj komunikat', 'Put it in place')}
        </button>
      </form>
    </>
  );
}

function Preview({ wav }: { wav: Blob }): JSX.Element {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    const made = URL.createObjectURL(wav);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [wav]);
  return (
    <p>
      {say('Tak będzie brzmiał:', 'It sounds like this:')}
      <br />
      <audio controls src={url} />
    </p>
  );
}
