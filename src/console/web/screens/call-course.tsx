/** What happened in a call from when to when, and how its sound was. */
import type { JSX } from 'preact';
import { length, number, say, when } from '../language.js';
import { Mark, type Tone } from '../parts/basics.js';
import { partName, talkReasonName, troubleName } from '../words.js';
import type { LegMedia } from '../../../entry/call-media.js';
import type { CallView } from '../../routes/call-views.js';

export const Parts = ({ call }: { call: CallView }): JSX.Element => (
  <section class="card" aria-labelledby="parts">
    <h2 id="parts">{say('Przebieg', 'What happened')}</h2>
    {call.parts.length === 0 ? <p class="soft">{say('Nie doszło do rozmowy.', 'Nobody talked.')}</p> : null}
    <ol class="plain">
      {call.parts.map((part) => (
        <li key={`${part.kind} ${part.from}`} class="between">
          <span>
            {partName(part.kind)} {part.extension ?? part.number ?? ''}
            <PartWhy part={part} />
          </span>
          <span class="numbers soft">
            {length(part.from)}–{part.to === undefined ? '' : length(part.to)}
          </span>
        </li>
      ))}
    </ol>
  </section>
);

/** How somebody came to talk, where it was not by being rung. */
function PartWhy({ part: { why, sender } }: { part: CallView['parts'][number] }): JSX.Element | null {
  const words = why === undefined ? undefined : talkReasonName(why);
  if (words === undefined) return null;
  return (
    <span class="soft">
      {' '}
      ({words}
      {sender === undefined ? '' : ` ${say('przez', 'by')} ${sender}`})
    </span>
  );
}

/** ITU-T G.107: from 4.0 on most are content, below 3.6 many are not, below 3.1 nearly all are not. */
function soundMark(mos: number): [Tone, string] {
  if (mos >= 4) return ['good', say('dobry', 'good')];
  if (mos >= 3.6) return ['good', say('wystarczający', 'fair')];
  if (mos >= 3.1) return ['warn', say('słaby', 'poor')];
  return ['bad', say('zły', 'bad')];
}

export function Quality({ call: { media } }: { call: CallView }): JSX.Element | null {
  if (!media) return null;
  const legs = [
    [say('od rozmówcy', 'from the outside party'), media.outside],
    [say('od pracownika', 'from the employee'), media.inside],
  ] as const;
  const mark = media.mos === undefined ? undefined : soundMark(media.mos);
  return (
    <section class="card" aria-labelledby="quality">
      <h2 id="quality">{say('Jakość dźwięku', 'Quality of the sound')}</h2>
      {mark ? (
        <p>
          <Mark tone={mark[0]}>{mark[1]}</Mark>
        </p>
      ) : null}
      <table class="cards roomy">
        <thead>
          <tr>
            <th scope="col">{say('Dźwięk', 'Sound')}</th>
            <th scope="col">{say('Ocena MOS (1–4,5)', 'MOS (1–4.5)')}</th>
            <th scope="col">{say('Utracone pakiety', 'Packets lost')}</th>
            <th scope="col">{say('Nierówność (jitter)', 'Jitter')}</th>
            <th scope="col">{say('Opóźnienie tam i z powrotem', 'Round trip')}</th>
          </tr>
        </thead>
        <tbody>{legs.map(([name, leg]) => (leg ? <Leg key={name} name={name} leg={leg} /> : null))}</tbody>
      </table>
      {media.unrecorded === undefined ? null : (
        <p class="wrong">
          {say('Pakietów, których nie ma w nagraniu:', 'Packets that the recording lacks:')} {number(media.unrecorded)}
        </p>
      )}
    </section>
  );
}

const ms = (value: number | undefined): string => (value === undefined ? '–' : `${number(value, 1)} ms`);

function Leg({ name, leg }: { name: string; leg: LegMedia }): JSX.Element {
  const { mos, worstMos, lostPercent, jitterMs, roundTripMs, encryption, troubles = [] } = leg;
  return (
    <tr>
      <td data-label={say('Dźwięk', 'Sound')}>
        {name}
        <span class="block small soft">
          {encryption === undefined
            ? say('nieszyfrowany', 'not encrypted')
            : `${say('szyfrowany:', 'encrypted:')} ${encryption}`}
        </span>
        {troubles.map(({ what, at }) => (
          <span class="block" key={`${what} ${at}`}>
            <Mark tone="warn">{troubleName(what)}</Mark> <span class="small soft">{when(at, 'time')}</span>
          </span>
        ))}
      </td>
      <td data-label={say('Ocena MOS (1–4,5)', 'MOS (1–4.5)')} class="numbers">
        {mos === undefined ? '–' : number(mos, 1)}
        {worstMos === undefined ? null : (
          <span class="block small soft">
            {say('najgorzej', 'worst')} {number(worstMos, 1)}
          </span>
        )}
      </td>
      <td data-label={say('Utracone pakiety', 'Packets lost')} class="numbers">
        {number(lostPercent, 1)} %
      </td>
      <td data-label={say('Nierówność (jitter)', 'Jitter')} class="numbers">
        {ms(jitterMs)}
      </td>
      <td data-label={say('Opóźnienie tam i z powrotem', 'Round trip')} class="numbers">
        {ms(roundTripMs)}
      </td>
    </tr>
  );
}
