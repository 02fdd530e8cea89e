/** Where calls go: what would happen to a call at some time, and the settings that say it. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { post } from '../api.js';
import { say } from '../language.js';
import { Await, Input, Note, ProblemNote, Select, Title } from '../parts/basics.js';
import { storyLine, type StoryLine } from '../story-words.js';
import { useDoing, useLoaded } from '../use.js';
import { Hours } from './hours.js';
import { InboundRoutes } from './inbound-routes.js';
import type { RouteForm, RouteTargets } from '../../../config/route-text.js';
import type { ScheduleForm } from '../../../config/schedule-text.js';

interface Section {
  readonly name: string;
  readonly text: string;
}
interface Loaded {
  readonly trunks: readonly string[];
  readonly version: string;
  readonly editable: boolean;
  readonly sections: readonly Section[];
  readonly schedules: readonly ScheduleForm[];
  readonly routes: readonly RouteForm[];
  readonly targets: RouteTargets;
}

export function Routing(): JSX.Element {
  const [loaded, again] = useLoaded<Loaded>('/routing');
  return (
    <>
      <Title>{say('Kierowanie rozmów', 'Routing of calls')}</Title>
      <Await of={loaded} again={again}>
        {(value) => <Whole key={value.version} {...value} again={again} />}
      </Await>
    </>
  );
}

function Whole({
  trunks,
  version,
  editable,
  sections,
  schedules,
  routes,
  targets,
  again,
}: Loaded & { again: () => void }): JSX.Element {
  const [texts, setTexts] = useState(sections);
  const take = (taken: Section): void => setTexts((all) => all.map((one) => (one.name === taken.name ? taken : one)));
  const changed = texts.filter(({ name, text }) => sections.find((one) => one.name === name)?.text !== text);
  return (
    <>
      <Preview trunks={trunks} changed={changed} />
      <InboundRoutes routes={routes} targets={targets} take={take} />
      <Hours schedules={schedules} take={take} />
      <section class="card" aria-labelledby="settings">
        <h2 id="settings">{say('Ustawienia', 'Settings')}</h2>
        <p>
          {say(
            'To są części pliku konfiguracji. Zmień, sprawdź powyżej, co stanie się z rozmową, i dopiero wtedy zapisz. Zmiana działa od następnej rozmowy.',
            'These are parts of the configuration file. Change them, see above what would happen to a call, then save. A change counts from the next call on.',
          )}
        </p>
        {editable ? null : (
          <Note tone="warn">
            {say(
              'Program działa na konfiguracji pokazowej: ustawienia można sprawdzać, ale nie zapisać.',
              'The program runs with the configuration of the demonstration: settings can be tried, not saved.',
            )}
          </Note>
        )}
        {texts.map(({ name, text }) => (
          <details key={name}>
            <summary>{sectionName(name)}</summary>
            <Input
              label={`${sectionName(name)} (${name})`}
              value={text}
              set={(next) => setTexts((all) => all.map((one) => (one.name === name ? { name, text: next } : one)))}
              lines={Math.min(24, Math.max(4, text.split('\n').length + 1))}
              max={20_000}
              code
            />
          </details>
        ))}
        <Save changed={changed} version={version} editable={editable} again={again} />
      </section>
    </>
  );
}

function Save({
  changed,
  version,
  editable,
  again,
}: {
  changed: readonly Section[];
  version: string;
  editable: boolean;
  again: () => void;
}): JSX.Element {
  const [saved, setSaved] = useState(false);
  const { busy, problem, run } = useDoing();
  const save = (event: Event): void => {
    event.preventDefault();
    void run(async () => {
      await post('/routing', { sections: changed, version });
      setSaved(true);
      again();
    });
  };
  return (
    <form onSubmit={save}>
      <ProblemNote problem={problem} />
      <p role="status">{saved ? say('Zapisano.', 'Saved.') : ''}</p>
      <button type="submit" class="main" disabled={busy || !editable || changed.length === 0}>
        {say('Zapisz ustawienia', 'Save the settings')}
      </button>
    </form>
  );
}

function sectionName(name: string): string {
  const names: Readonly<Record<string, string>> = {
    routes: say('Numery i dokąd prowadzą', 'Numbers and where they lead'),
    schedules: say('Godziny pracy', 'Opening hours'),
    hours: say('Co dzieje się w godzinach pracy i poza nimi', 'What happens in and out of the hours'),
    menus: say('Zapowiedzi z wyborem klawiszem', 'Menus'),
    groups: say('Grupy aparatów', 'Groups of handsets'),
    queues: say('Kolejki', 'Queues'),
  };
  return names[name] ?? name;
}

const localNow = (): string => {
  const now = new Date();
  return new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
};

function Preview({ trunks, changed }: { trunks: readonly string[]; changed: readonly Section[] }): JSX.Element {
  const [trunk, setTrunk] = useState(trunks[0] ?? '');
  const [dialled, setDialled] = useState('');
  const [at, setAt] = useState(localNow);
  const [story, setStory] = useState<readonly StoryLine[]>();
  const { busy, problem, run } = useDoing();
  const look = (event: Event): void => {
    event.preventDefault();
    setStory(undefined);
    void run(async () => {
      const tried = changed.length > 0 ? { sections: changed } : {};
      const ask = { trunk, dialled, at: new Date(at).getTime(), ...tried };
      setStory((await post<{ story: StoryLine[] }>('/routing/preview', ask)).story);
    });
  };
  return (
    <section class="card" aria-labelledby="preview">
      <h2 id="preview">{say('Co stanie się z rozmową', 'What would happen to a call')}</h2>
      <form onSubmit={look}>
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
