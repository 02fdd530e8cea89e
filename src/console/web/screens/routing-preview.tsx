/** What would happen to a call at some time, by the settings as they are or as they would be. */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { post } from '../api.js';
import { say } from '../language.js';
import { Input, Note, ProblemNote, Select } from '../parts/basics.js';
import type { Section } from '../section-draft.js';
import { storyLine, type StoryLine } from '../story-words.js';
import { useDoing } from '../use.js';

const localNow = (): string => {
  const now = new Date();
  return new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
};

export function Preview({ trunks, changed }: { trunks: readonly string[]; changed: readonly Section[] }): JSX.Element {
  const [trunk, setTrunk] = useState(trunks[0] ?? '');
  const [dialled, setDialled] = useState('');
  const [at, setAt] = useState(localNow);
  const [story, setStory] = useState<readonly StoryLine[]>();
  const { busy, problem, run } = useDoing();
  const look = (): void =>
    void run(async () => {
      const tried = changed.length > 0 ? { sections: changed } : {};
      const ask = { trunk, dialled, at: new Date(at).getTime(), ...tried };
      setStory((await post<{ story: StoryLine[] }>('/routing/preview', ask)).story);
    });
  // What was asked once is told anew as the draft changes.
  useEffect(() => {
    if (story) look();
  }, [JSON.stringify(changed)]);
  const submit = (event: Event): void => {
    event.preventDefault();
    setStory(undefined);
    look();
  };
  return (
    <section class="card" aria-labelledby="preview">
      <h2 id="preview">{say('Co stanie się z rozmową', 'What would happen to a call')}</h2>
      <form onSubmit={submit}>
        <div class="columns">
          <Select
            label={say('Łącze', 'Line')}
            value={trunk}
            set={setTrunk}
            options={trunks.map((one): readonly [string, string] => [one, one])}
          />
          <Input
            label={say('Wybrany numer', 'Dialled number')}
            help={say('numer urzędu, na który ktoś dzwoni', "the office's number that somebody calls")}
            value={dialled}
            set={setDialled}
            inputMode="tel"
            max={60}
            required
          />
          <Input
            label={say('Dzień i godzina', 'Date and time')}
            type="datetime-local"
            value={at}
            set={setAt}
            required
          />
        </div>
        <button type="submit" class="main" disabled={busy || trunks.length === 0}>
          {say('Sprawdź', 'See')}
        </button>
      </form>
      {trunks.length === 0 ? <p class="soft">{say('Nie ma żadnego łącza.', 'There is no line.')}</p> : null}
      <ProblemNote problem={problem} />
      <div role="status">
        {story ? (
          <>
            {changed.length > 0 ? (
              <Note>{say('Ze zmianami, których jeszcze nie zapisano.', 'With changes that are not saved yet.')}</Note>
            ) : null}
            <ol id="story">
              {story.map((part, index) => (
                <li key={index}>{storyLine(part)}</li>
              ))}
            </ol>
          </>
        ) : null}
      </div>
    </section>
  );
}
