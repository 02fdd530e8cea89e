/** Where calls go: what would happen to a call at some time, and the settings that say it, as forms and as text. */
import type { JSX } from 'preact';
import { useCallback, useEffect, useState } from 'preact/hooks';
import { post } from '../api.js';
import { say } from '../language.js';
import { Await, Input, Note, Title } from '../parts/basics.js';
import { AskBeforeLeaving, SaveBar } from '../parts/unsaved.js';
import type { Drafting, Making, Section } from '../section-draft.js';
import { useDoing, useLoaded } from '../use.js';
import { ByHours } from './by-hours.js';
import { Groups } from './groups.js';
import { Hours } from './hours.js';
import { InboundRoutes } from './inbound-routes.js';
import { Menus } from './menus.js';
import { Queues } from './queues.js';
import { Preview } from './routing-preview.js';
import type { Targets } from '../../../config/place-text.js';
import type { FormName, SectionForms } from '../../../config/section-forms.js';

interface Loaded {
  readonly trunks: readonly string[];
  readonly version: string;
  readonly editable: boolean;
  readonly sections: readonly Section[];
  readonly forms: SectionForms;
  readonly targets: Targets;
}

export function Routing(): JSX.Element {
  const [loaded, again] = useLoaded<Loaded>('/routing');
  const [undone, setUndone] = useState(0);
  const [saved, setSaved] = useState(false);
  return (
    <>
      <Title>{say('Kierowanie rozmów', 'Routing of calls')}</Title>
      <Await of={loaded} again={again}>
        {(value) => (
          <Whole
            key={`${value.version} ${undone}`}
            {...value}
            saved={saved}
            setSaved={setSaved}
            undo={() => setUndone((n) => n + 1)}
            again={again}
          />
        )}
      </Await>
    </>
  );
}

/** The settings as they would be. */
interface Draft {
  readonly texts: readonly Section[];
  readonly changed: readonly Section[];
  readonly making: Readonly<Record<FormName, Making>>;
  readonly set: (section: Section) => void;
  readonly of: (name: FormName, insist: boolean) => Drafting;
}

const allMade = {
  routes: 'made',
  schedules: 'made',
  hours: 'made',
  menus: 'made',
  groups: 'made',
  queues: 'made',
} as const;

function useDraft(sections: readonly Section[]): Draft {
  const [texts, setTexts] = useState(sections);
  const [making, setMaking] = useState<Draft['making']>(allMade);
  // The last texts that forms made: another text was written by hand.
  const [formed, setFormed] = useState<Readonly<Partial<Record<string, string>>>>({});
  const textIn = (all: readonly Section[], name: string): string => all.find((one) => one.name === name)?.text ?? '';
  const set = useCallback(
    (section: Section) => setTexts((all) => all.map((one) => (one.name === section.name ? section : one))),
    [],
  );
  const tell = (name: FormName, now: Making, made?: Section): void => {
    setMaking((all) => ({ ...all, [name]: now }));
    if (!made) return;
    setFormed((all) => ({ ...all, [name]: made.text }));
    set(made);
  };
  const of = (name: FormName, insist: boolean): Drafting => ({
    file: { name, text: textIn(sections, name) },
    byHand: textIn(texts, name) !== (formed[name] ?? textIn(sections, name)),
    insist,
    tell: (now, made) => tell(name, now, made),
  });
  const changed = texts.filter(({ name, text }) => textIn(sections, name) !== text);
  return { texts, changed, making, set, of };
}

interface WholeProps extends Loaded {
  readonly saved: boolean;
  readonly setSaved: (saved: boolean) => void;
  readonly undo: () => void;
  readonly again: () => void;
}

function Whole(props: WholeProps): JSX.Element {
  const { trunks, editable, sections, forms, targets } = props;
  const draft = useDraft(sections);
  const [insist, setInsist] = useState(false);
  return (
    <>
      <Preview trunks={trunks} changed={draft.changed} />
      <InboundRoutes routes={forms.routes} targets={targets} drafting={draft.of('routes', insist)} />
      <Hours schedules={forms.schedules} drafting={draft.of('schedules', insist)} />
      <ByHours hours={forms.hours} targets={targets} drafting={draft.of('hours', insist)} />
      <Menus menus={forms.menus} targets={targets} drafting={draft.of('menus', insist)} />
      <Groups groups={forms.groups} targets={targets} drafting={draft.of('groups', insist)} />
      <Queues queues={forms.queues} targets={targets} drafting={draft.of('queues', insist)} />
      <section class="card" aria-labelledby="settings">
        <h2 id="settings">{say('Ustawienia jako tekst', 'The settings as text')}</h2>
        <p>
          {say(
            'Te same części pliku konfiguracji, dla tych, którzy ją znają.',
            'The same parts of the configuration file, for those who know it.',
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
        {draft.texts.map(({ name, text }) => (
          <details key={name}>
            <summary>{sectionName(name)}</summary>
            <Input
              label={`${sectionName(name)} (${name})`}
              value={text}
              set={(next) => draft.set({ name, text: next })}
              lines={Math.min(24, Math.max(4, text.split('\n').length + 1))}
              max={20_000}
              code="lines"
            />
          </details>
        ))}
      </section>
      <Saving {...props} draft={draft} insist={() => setInsist(true)} />
    </>
  );
}

interface SavingProps extends WholeProps {
  readonly draft: Draft;
  readonly insist: () => void;
}

function Saving({ draft, version, editable, saved, setSaved, undo, again, insist }: SavingProps): JSX.Element {
  const { busy, problem, run } = useDoing();
  const [wanted, setWanted] = useState(false);
  const { changed, making } = draft;
  const states = Object.values(making);
  const [isMaking, isWrong] = [states.includes('making'), states.includes('wrong')];
  const unsaved = changed.length > 0 || isMaking || isWrong;
  useEffect(() => {
    if (unsaved) setSaved(false);
  }, [unsaved]);
  // Who saves while the last letters are looked at has them saved too.
  useEffect(() => {
    if (!wanted || isMaking) return;
    setWanted(false);
    if (isWrong) document.querySelector<HTMLElement>('main [aria-invalid=true]')?.focus();
    if (isWrong || changed.length === 0) return;
    void run(async () => {
      await post('/routing', { sections: changed, version });
      setSaved(true);
      again();
    });
  }, [wanted, isMaking]);
  const save = (): void => {
    insist();
    setWanted(true);
  };
  const said = isWrong
    ? say('Niezapisane zmiany: popraw albo uzupełnij pola', 'Changes not saved: correct or fill in the fields')
    : unsaved
      ? say('Niezapisane zmiany', 'Changes not saved')
      : saved
        ? say('Zapisano. Zmiana działa od następnej rozmowy.', 'Saved. The change counts from the next call on.')
        : say('Nie ma zmian do zapisania', 'Nothing to save');
  return (
    <>
      <SaveBar said={said} unsaved={unsaved} busy={busy} may={editable} problem={problem} save={save} undo={undo} />
      <AskBeforeLeaving unsaved={unsaved} />
    </>
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
