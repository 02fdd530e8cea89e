/** One call: what happened, the proof of the notice, the recording, what holds it. */
import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import { post } from '../api.js';
import { bytes, length, phone, say, when } from '../language.js';
import { hasRole, may, useMe } from '../me.js';
import { Await, Dialog, Input, Mark, Note, ProblemNote, Select, Title } from '../parts/basics.js';
import { Player, type Granted } from '../parts/player.js';
import { useDoing, useLoaded } from '../use.js';
import { endName, partName, purposeNames } from '../words.js';
import { PurposeGiving } from './purpose.js';
import { RecordingMarks } from './calls.js';
import { directionName } from './today.js';
import type { CallView, GuardView } from '../../routes/call-views.js';

export function CallPage({ id }: { id: string }): JSX.Element {
  const [call, again] = useLoaded<CallView>(`/calls/${encodeURIComponent(id)}`);
  return (
    <>
      <Title>{say('Rozmowa', 'Call')}</Title>
      <Await of={call} again={again}>
        {(value) => (
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
        )}
      </Await>
    </>
  );
}

const Row = ({ name, children }: { name: string; children: ComponentChildren }): JSX.Element => (
  <>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </>
);

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

const Parts = ({ call }: { call: CallView }): JSX.Element => (
  <section class="card" aria-labelledby="parts">
    <h2 id="parts">{say('Przebieg', 'What happened')}</h2>
    {call.parts.length === 0 ? <p class="soft">{say('Nie doszło do rozmowy.', 'Nobody talked.')}</p> : null}
    <ol class="plain">
      {call.parts.map((part) => (
        <li key={`${part.kind} ${part.from}`} class="between">
          <span>
            {partName(part.kind)} {part.extension ?? part.number ?? ''}
          </span>
          <span class="numbers soft">
            {length(part.from)}–{part.to === undefined ? '' : length(part.to)}
          </span>
        </li>
      ))}
    </ol>
  </section>
);

function Notice({ call }: { call: CallView }): JSX.Element {
  const { notice, outboundNotice } = call;
  return (
    <section class="card" aria-labelledby="notice">
      <h2 id="notice">{say('Informacja o nagrywaniu', 'Notice of recording')}</h2>
      {notice ? (
        <>
          <p>
            {notice.framesSent === notice.framesTotal ? (
              <Mark tone="good">{say('odtworzona w całości', 'played whole')}</Mark>
            ) : (
              <Mark tone="warn">{say('przerwana przez rozmówcę', 'not heard to its end')}</Mark>
            )}
          </p>
          <dl>
            <Row name={say('Od', 'From')}>{when(notice.beganAt, 'time')}</Row>
            <Row name={say('Do', 'To')}>{when(notice.endedAt, 'time')}</Row>
            <Row name={say('Komunikat', 'Prompt')}>
              {notice.prompt} ({notice.language})
            </Row>
            <Row name="SHA-256">
              <code class="small">{notice.sha256}</code>
            </Row>
          </dl>
        </>
      ) : outboundNotice ? (
        <p>
          {outboundNotice.confirmed
            ? say('Pracownik potwierdził, że poinformował rozmówcę.', 'The employee confirmed that the party was told.')
            : say('Nie potwierdzono poinformowania rozmówcy.', 'It was not confirmed that the party was told.')}
        </p>
      ) : (
        <p class="soft">{say('Nie odtworzono komunikatu.', 'No notice was played.')}</p>
      )}
    </section>
  );
}

function Holds({ call, again }: { call: CallView; again: () => void }): JSX.Element {
  const { me } = useMe();
  const [open, setOpen] = useState<'hold' | 'restriction' | 'erasure' | GuardView>();
  const guards = call.guards.filter(({ released }) => !released);
  const close = (): void => {
    setOpen(undefined);
    again();
  };
  return (
    <section class="card" aria-labelledby="holds">
      <h2 id="holds">{say('Zabezpieczenia', 'Holds')}</h2>
      {guards.length === 0 ? <p class="soft">{say('Nagranie nie jest zabezpieczone.', 'Nothing holds it.')}</p> : null}
      <ul class="plain">
        {guards.map((guard) => (
          <li key={guard.id}>
            <Mark tone={guard.effect === 'restriction' ? 'bad' : 'warn'}>
              {guard.effect === 'restriction'
                ? say('ograniczenie (art. 18 RODO)', 'restriction (GDPR 18)')
                : say('zabezpieczenie', 'hold')}
            </Mark>{' '}
            {guard.reason}{' '}
            <span class="soft small">
              {when(guard.at)}
              {guard.until ? ` – ${when(guard.until, 'day')}` : ''}
            </span>{' '}
            {may(me, 'hold.release') ? (
              <button type="button" class="plain" onClick={() => setOpen(guard)}>
                {say('Zwolnij', 'Release')}
              </button>
            ) : null}
          </li>
        ))}
      </ul>
      {may(me, 'hold.place') && call.phase !== 'erased' ? (
        <p class="row">
          <button type="button" onClick={() => setOpen('hold')}>
            {say('Zabezpiecz', 'Place a hold')}
          </button>
          <button type="button" onClick={() => setOpen('restriction')}>
            {say('Ogranicz przetwarzanie', 'Restrict')}
          </button>
          {may(me, 'recording.erase') ? (
            <button type="button" class="danger" onClick={() => setOpen('erasure')}>
              {say('Usuń…', 'Erase…')}
            </button>
          ) : null}
        </p>
      ) : null}
      {open === undefined ? null : (
        <HoldDialog call={call} what={open} close={close} secretary={hasRole(me, 'secretary')} />
      )}
    </section>
  );
}

interface HoldDialogProps {
  readonly call: CallView;
  readonly what: 'hold' | 'restriction' | 'erasure' | GuardView;
  readonly close: () => void;
  readonly secretary: boolean;
}

function HoldDialog({ call, what, close, secretary }: HoldDialogProps): JSX.Element {
  const [reason, setReason] = useState('');
  const [waits, setWaits] = useState(false);
  const { busy, problem, run } = useDoing();
  const submit = (event: Event): void => {
    event.preventDefault();
    void run(async () => {
      if (what === 'hold' || what === 'restriction') {
        await post(`/calls/${call.id}/holds`, { effect: what, kind: 'administrator', reason });
        return close();
      }
      const path = what === 'erasure' ? 'erasure' : `holds/${what.id}/release`;
      const answer = await post<{ pending?: { state: string } }>(`/calls/${call.id}/${path}`, { reason });
      if (answer.pending?.state === 'asked') setWaits(true);
      else close();
    });
  };
  const title =
    what === 'hold'
      ? say('Zabezpieczenie nagrania', 'Hold')
      : what === 'restriction'
        ? say('Ograniczenie przetwarzania', 'Restriction')
        : what === 'erasure'
          ? say('Usunięcie nagrania', 'Erasure')
          : say('Zwolnienie zabezpieczenia', 'Release');
  return (
    <Dialog title={title} close={close}>
      {waits ? (
        <>
          <Note tone="good">
            {say('Wniosek czeka na potwierdzenie Sekretarza.', 'This waits for the Secretary to confirm it.')}
          </Note>
          <button type="button" onClick={close}>
            {say('Zamknij', 'Close')}
          </button>
        </>
      ) : (
        <form onSubmit={submit}>
          {what === 'erasure' ? (
            <Note tone="warn">
              {say(
                'Usuniętego nagrania nie da się odzyskać. Potwierdza je Sekretarz.',
                'What is erased cannot be brought back. The Secretary confirms it.',
              )}
            </Note>
          ) : null}
          {typeof what === 'object' && !secretary ? (
            <Note>{say('Zwolnienie potwierdza Sekretarz.', 'The Secretary confirms a release.')}</Note>
          ) : null}
          <ProblemNote problem={problem} />
          <Input label={say('Powód', 'Reason')} value={reason} set={setReason} lines={3} required />
          <p class="row end">
            <button type="button" onClick={close}>
              {say('Anuluj', 'Cancel')}
            </button>
            <button type="submit" class={what === 'erasure' ? 'danger' : 'main'} disabled={busy}>
              {say('Zapisz', 'Save')}
            </button>
          </p>
        </form>
      )}
    </Dialog>
  );
}
