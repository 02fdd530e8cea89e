/** One call: what happened, the proof of the notice, the recording, what holds it. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { post } from '../api.js';
import { bytes, length, phone, say, when } from '../language.js';
import { may, useMe } from '../me.js';
import { Await, Input, Note, ProblemNote, Row, Select, Title } from '../parts/basics.js';
import { Player, type Granted } from '../parts/player.js';
import { useDoing, useLoaded } from '../use.js';
import { endName, purposeNames } from '../words.js';
import { CallAudit } from './call-audit.js';
import { Holds } from './call-holds.js';
import { Notice } from './call-notice.js';
import { Parts, Quality } from './call-course.js';
import { PurposeGiving } from './purpose.js';
import { RecordingMarks } from './calls.js';
import { directionName } from './today.js';
import type { CallView } from '../../routes/call-views.js';

export function CallPage({ id }: { id: string }): JSX.Element {
  const [call, again] = useLoaded<CallView>(`/calls/${encodeURIComponent(id)}`);
  return (
    <>
      <Title>{say('Rozmowa', 'Call')}</Title>
      <Await of={call} again={again}>
        {(value) => (
          <>
            <div class="split">
              <div>
                <Facts call={value} />
                <Hearing call={value} />
                <PurposeGiving call={value} />
                <Parts call={value} />
              </div>
              <div>
                <Notice call={value} />
                <Holds call={value} again={again} />
              </div>
            </div>
            <Quality call={value} />
            <CallAudit call={value} />
          </>
        )}
      </Await>
    </>
  );
}

const Facts = ({ call }: { call: CallView }): JSX.Element => (
  <section class="card" aria-labelledby="facts">
    <h2 id="facts">
      {say('Rozmowa', 'Call')} {directionName(call.direction)}, {when(call.startedAt)}
    </h2>
    <dl>
      <Row name={say('Rozmówca', 'Outside party')}>
        {call.withheld ? say('numer zastrzeżony', 'withheld') : phone(call.number)} {call.displayName ?? ''}
      </Row>
      <Row name={say('Pracownik', 'Employee')}>
        {call.extension ?? '–'} {call.employee ?? ''} {call.units.length > 0 ? `(${call.units.join(', ')})` : ''}
      </Row>
      <Row name={say('Wybrany numer', 'Dialled')}>{phone(call.dialled)}</Row>
      <Row name={say('Czas rozmowy', 'Length')}>
        {call.talkMs === undefined ? say('nie doszło do rozmowy', 'nobody talked') : length(call.talkMs)}
      </Row>
      <Row name={say('Zakończenie', 'End')}>{call.end ? endName(call.end) : say('trwa', 'going on')}</Row>
      <Row name={say('Łącze', 'Line')}>{call.trunk}</Row>
      <Row name={say('Identyfikator rozmowy', 'Id of the call')}>
        <code class="small">{call.id}</code>
      </Row>
      <Row name={say('Nagranie', 'Recording')}>
        <RecordingMarks call={call} /> {call.bytes === undefined ? '' : bytes(call.bytes)}
      </Row>
      {call.sha256 ? (
        <Row name="SHA-256">
          <code class="small">{call.sha256}</code>
        </Row>
      ) : null}
    </dl>
    <Disclose call={call} />
    {call.quarantine ? (
      <Note tone="warn" title={say('Kwarantanna', 'Quarantine')}>
        {say(
          'Pracownik zatrzymał nagrywanie kodem. Tego, co nagrano wcześniej, nie wolno odtwarzać; zostanie usunięte po terminie.',
          'The employee stopped the recording by a code. What was recorded before must not be played, and is erased when its term is over.',
        )}
      </Note>
    ) : null}
  </section>
);

function Disclose({ call }: { call: CallView }): JSX.Element | null {
  const { me } = useMe();
  if (call.phase !== 'recorded' || !may(me, 'disclosure.prepare')) return null;
  return (
    <p>
      <a class="button" href={`/disclosures/new?call=${call.id}`}>
        {say('Udostępnij organowi', 'Disclose to an authority')}
      </a>
    </p>
  );
}

/** First the purpose; then the player. */
function Hearing({ call }: { call: CallView }): JSX.Element | null {
  const { me } = useMe();
  const [granted, setGranted] = useState<Granted>();
  const [purpose, setPurpose] = useState('complaint');
  const [reference, setReference] = useState('');
  const { busy, problem, run } = useDoing();
  if (call.phase !== 'recorded' || !may(me, 'recording.hear')) return null;
  if (granted)
    return (
      <Player
        granted={granted}
        title={`${say('Nagranie rozmowy z', 'Recording of the call of')} ${when(call.startedAt)}`}
      />
    );
  const submit = (event: Event): void => {
    event.preventDefault();
    void run(async () => setGranted(await post<Granted>(`/calls/${call.id}/grants`, { purpose, reference })));
  };
  return (
    <section class="card" aria-labelledby="hear">
      <h2 id="hear">{say('Odsłuch', 'Hear it')}</h2>
      <p>
        {say(
          'Przed odsłuchem podaj cel i znak sprawy. Trafią do dziennika zdarzeń i do zestawienia Sekretarza, razem z tym, co zostało odtworzone.',
          "First state the purpose and the case number. They go into the audit log and the Secretary's report, with what was played.",
        )}
      </p>
      <ProblemNote problem={problem} />
      <form onSubmit={submit} class="columns">
        <Select label={say('Cel', 'Purpose')} value={purpose} set={setPurpose} options={purposeNames()} />
        <Input label={say('Znak sprawy', 'Case number')} value={reference} set={setReference} max={80} required />
        <p class="wide">
          <button type="submit" class="main" disabled={busy}>
            {say('Otwórz nagranie', 'Open the recording')}
          </button>
        </p>
      </form>
    </section>
  );
}
