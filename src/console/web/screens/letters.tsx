/** Templates of letters: edited, seen as a PDF before they are kept, and back to those of the program. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { command, post, postForBlob } from '../api.js';
import { save } from '../files.js';
import { say } from '../language.js';
import { Await, Input, Mark, ProblemNote, Select, Title } from '../parts/basics.js';
import { paperName } from '../request-words.js';
import { useDoing, useLoaded } from '../use.js';

interface Templates {
  readonly templates: readonly { readonly name: string; readonly own: boolean }[];
  readonly fields: readonly { readonly name: string; readonly what: string }[];
}
interface Template {
  readonly source: string;
  readonly own: boolean;
}

export function LetterTemplates(): JSX.Element {
  const [loaded, again] = useLoaded<Templates>('/letters');
  const [name, setName] = useState('receipt');
  return (
    <>
      <Title>{say('Wzory pism', 'Templates of letters')}</Title>
      <Await of={loaded} again={again}>
        {({ templates, fields }) => (
          <>
            <section class="card" id="letters" aria-label={say('Wzór', 'Template')}>
              <Select
                label={say('Wzór', 'Template')}
                value={name}
                set={setName}
                options={templates.map((one): readonly [string, string] => [
                  one.name,
                  `${paperName(one.name)}${one.own ? ` (${say('własny', 'own')})` : ''}`,
                ])}
              />
              <Editing key={name} name={name} saved={again} />
            </section>
            <section class="card" aria-labelledby="how">
              <h2 id="how">{say('Jak pisać wzór', 'How a template is written')}</h2>
              <ul>
                <li>{say('# Tytuł, ## Nagłówek, - punkt listy', '# title, ## heading, - item of a list')}</li>
                <li>{say('> tekst do prawej strony', '> text to the right')}</li>
                <li>{say('| nazwa | wartość: wiersz tabeli', '| label | value: a row of a table')}</li>
                <li>{say('--- linia na podpis, z opisem pod nią', '--- a line to sign on, with what is below it')}</li>
                <li>
                  {say(
                    '?pole: wiersz tylko wtedy, gdy pole ma wartość',
                    '?field: a line only where the field has a value',
                  )}
                </li>
              </ul>
              <details>
                <summary>{say('Pola, które można wstawić', 'Fields that can be put in')}</summary>
                <dl>
                  {fields.map((field) => (
                    <>
                      <dt>
                        <code>{`{${field.name}}`}</code>
                      </dt>
                      <dd>{field.what}</dd>
                    </>
                  ))}
                </dl>
              </details>
            </section>
          </>
        )}
      </Await>
    </>
  );
}

function Editing({ name, saved }: { name: string; saved: () => void }): JSX.Element {
  const [loaded, again] = useLoaded<Template>(`/letters/${name}`);
  const reload = (): void => {
    again();
    saved();
  };
  return (
    <Await of={loaded} again={again}>
      {(template) => <Editor key={template.source} name={name} template={template} reload={reload} />}
    </Await>
  );
}

function Editor({ name, template, reload }: { name: string; template: Template; reload: () => void }): JSX.Element {
  const [source, setSource] = useState(template.source);
  const [told, setTold] = useState('');
  const { busy, problem, run } = useDoing();
  const preview = (): void =>
    void run(async () => {
      save(await postForBlob(`/letters/${name}/preview`, { source }), `${name}.pdf`);
    });
  const keep = (event: Event): void => {
    event.preventDefault();
    void run(async () => {
      await post(`/letters/${name}`, { source });
      setTold(say('Zapisano. Następne pismo powstanie z tego wzoru.', 'Kept. The next letter is made from it.'));
      reload();
    });
  };
  const drop = (): void => void run(async () => command('DELETE', `/letters/${name}`).then(reload));
  return (
    <form onSubmit={keep}>
      {template.own ? <Mark tone="live">{say('własny wzór urzędu', "the office's own")}</Mark> : null}
      <Input
        label={say('Treść', 'Text')}
        value={source}
        set={setSource}
        lines={18}
        max={20_000}
        code="paragraphs"
        required
      />
      <ProblemNote problem={problem} />
      <p role="status">{told}</p>
      <p class="row">
        <button type="button" onClick={preview} disabled={busy}>
          {say('Podgląd (PDF)', 'Preview (PDF)')}
        </button>
        <button type="submit" class="main" disabled={busy || source === template.source}>
          {say('Zapisz wzór', 'Keep it')}
        </button>
        {template.own ? (
          <button type="button" onClick={drop} disabled={busy}>
            {say('Przywróć wzór programu', "Back to the program's")}
          </button>
        ) : null}
      </p>
    </form>
  );
}
