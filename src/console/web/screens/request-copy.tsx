/** The copy for an art. 15 request: approved without the parts of others, made, fetched, handed over. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { post } from '../api.js';
import { bytes, length, say, when } from '../language.js';
import { may, useMe } from '../me.js';
import { Input, Note, ProblemNote, Select } from '../parts/basics.js';
import { useDoing, useNames } from '../use.js';
import type { RequestView } from '../../routes/requests/views.js';

interface Props {
  readonly view: RequestView;
  readonly done: (view: RequestView) => void;
}

interface Cut {
  readonly call: string;
  readonly from: string;
  readonly to: string;
}

/** Milliseconds of `1:05`, `1:02:03` or `65`; undefined for what is none. */
export function positionOf(text: string): number | undefined {
  if (!/^\d{1,3}(:\d{1,2}){0,2}$/.test(text.trim())) return undefined;
  const seconds = text
    .trim()
    .split(':')
    .reduce((sum, part) => sum * 60 + Number(part), 0);
  return seconds * 1000;
}

export function ApproveCopy({ view, done }: Props): JSX.Element {
  const [cuts, setCuts] = useState<readonly Cut[]>([]);
  const [wrong, setWrong] = useState<string>();
  const { busy, problem, run } = useDoing();
  const submit = (event: Event): void => {
    event.preventDefault();
    const read = cuts.map(({ call, from, to }) => ({ call, fromMs: positionOf(from), toMs: positionOf(to) }));
    if (read.some(({ fromMs, toMs }) => fromMs === undefined || toMs === undefined || fromMs >= toMs))
      return setWrong(
        say('Popraw czasy fragmentów: od i do jako minuty:sekundy.', 'Correct the times: from and to as m:ss.'),
      );
    setWrong(undefined);
    void run(async () => done(await post<RequestView>(`/requests/${view.id}/approve-copy`, { cuts: read })));
  };
  const change = (index: number, more: Partial<Cut>): void =>
    setCuts((before) => before.map((one, n) => (n === index ? { ...one, ...more } : one)));
  const add = (): void => setCuts((before) => [...before, { call: view.calls[0]?.id ?? '', from: '', to: '' }]);
  return (
    <form onSubmit={submit}>
      <p>
        {say(
          'Fragmenty, w których słychać dane innych osób, można wyciąć: zamiast nich będzie cisza (art. 15 ust. 4 RODO).',
          'Parts in which others are heard can be cut: there is silence in their place (GDPR 15(4)).',
        )}
      </p>
      {cuts.map((cut, index) => (
        <fieldset key={index}>
          <legend>
            {say('Fragment', 'Part')} {index + 1}
          </legend>
          <div class="columns">
            <Select
              label={say('Rozmowa', 'Call')}
              value={cut.call}
              set={(call) => change(index, { call })}
              options={view.calls.map(({ id, startedAt, durationMs }): readonly [string, string] => [
                id,
                `${when(startedAt)} (${length(durationMs ?? 0)})`,
              ])}
            />
            <Input label={say('Od (m:ss)', 'From (m:ss)')} value={cut.from} set={(from) => change(index, { from })} />
            <Input label={say('Do (m:ss)', 'To (m:ss)')} value={cut.to} set={(to) => change(index, { to })} />
          </div>
          <button type="button" onClick={() => setCuts((before) => before.filter((_, n) => n !== index))}>
            {say('Usuń fragment', 'Take it away')} {index + 1}
          </button>
        </fieldset>
      ))}
      <p>
        <button type="button" onClick={add}>
          {say('Wytnij fragment', 'Cut a part')}
        </button>
      </p>
      {wrong ? <Note tone="bad">{wrong}</Note> : null}
      <ProblemNote problem={problem} />
      <p>
        <button type="submit" class="main" disabled={busy}>
          {say('Wydaj zgodę', 'Approve')}
        </button>
      </p>
    </form>
  );
}

/** Making a copy reads every recording. */
const COPY_MS = 10 * 60_000;

export function Copy({ view, done }: Props): JSX.Element | null {
  const { me } = useMe();
  const nameOf = useNames();
  const { busy, problem, run } = useDoing();
  if (view.state.phase !== 'copy_issued') return null;
  const { copy } = view;
  const isOver = view.state['handedOver'] !== undefined;
  const make = (): void =>
    void run(async () => done(await post<RequestView>(`/requests/${view.id}/copy`, {}, COPY_MS)));
  return (
    <section class="card" aria-labelledby="copy">
      <h2 id="copy">{say('Kopia nagrania', 'Copy of the recording')}</h2>
      {copy ? (
        <dl>
          <dt>{say('Przygotowano', 'Made')}</dt>
          <dd>
            {when(copy.at)} ({nameOf(copy.by)}), {bytes(copy.bytes)}
          </dd>
          <dt>SHA-256</dt>
          <dd class="break">
            <code class="small">{copy.sha256}</code>
          </dd>
        </dl>
      ) : (
        <p>{say('Kopii jeszcze nie przygotowano: robi to Sekretarz.', 'There is none yet: the Secretary makes it.')}</p>
      )}
      {isOver ? <p>{say('Kopię wydano; plik usunięto.', 'It was handed over; the file is gone.')}</p> : null}
      <ProblemNote problem={problem} />
      <p role="status">{busy ? say('Trwa przygotowanie kopii…', 'The copy is being made…') : ''}</p>
      {may(me, 'request.decide') && !isOver ? (
        <p class="row">
          <button type="button" onClick={make} disabled={busy}>
            {copy ? say('Przygotuj kopię jeszcze raz', 'Make it again') : say('Przygotuj kopię', 'Make the copy')}
          </button>
          {copy ? (
            <a class="button" href={`/api/v1/requests/${view.id}/copy`} download>
              {say('Pobierz kopię (ZIP)', 'Fetch the copy (ZIP)')}
            </a>
          ) : null}
        </p>
      ) : null}
    </section>
  );
}
