/** The listening session: opened for a person who was identified, played here alone, closed with a protocol (§ 2.6). */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { post } from '../api.js';
import { say, when } from '../language.js';
import { useMe } from '../me.js';
import { Input, Mark, Note, ProblemNote } from '../parts/basics.js';
import { ActionForm } from '../parts/form.js';
import { Player, type Granted } from '../parts/player.js';
import { allIsTold } from '../parts/player-sound.js';
import { useDoing, useNames } from '../use.js';
import type { RequestView } from '../../routes/requests/views.js';

interface Approval {
  readonly appointment: { readonly at: number; readonly place: string; readonly present: readonly string[] };
}
interface Session {
  readonly here: boolean;
  readonly openedAt: number;
  readonly openedBy: string;
  readonly confirmed: readonly { readonly account: string }[];
}
interface Props {
  readonly view: RequestView;
  readonly done: (view: RequestView) => void;
  readonly reload: () => void;
}

/** A sign of life, so that a lost browser is noticed. */
const SIGN_MS = 20_000;

export function ListeningSession(props: Props): JSX.Element | null {
  const nameOf = useNames();
  const { view } = props;
  const approval = view.state['approval'] as Approval | undefined;
  if (!approval || !['approved', 'in_session'].includes(view.state.phase)) return null;
  const { at, place, present } = approval.appointment;
  return (
    <section class="card" aria-labelledby="session">
      <h2 id="session">{say('Odsłuch', 'Listening session')}</h2>
      <dl>
        <dt>{say('Termin', 'Date')}</dt>
        <dd>{when(at)}</dd>
        <dt>{say('Miejsce', 'Place')}</dt>
        <dd>{place}</dd>
        <dt>{say('Obecni', 'Present')}</dt>
        <dd>{present.map(nameOf).join(', ')}</dd>
      </dl>
      {view.state.phase === 'approved' ? <Opening {...props} /> : <Running {...props} present={present} />}
    </section>
  );
}

function Opening({ view, done }: Props): JSX.Element | null {
  const [identity, setIdentity] = useState('');
  if (!view.open.includes('open-session'))
    return (
      <p class="soft">
        {say(
          'Odsłuch rozpoczyna osoba wyznaczona, z upoważnieniem Burmistrza, w wyznaczonym czasie.',
          'Who was named to be present, with an authorisation of the Mayor, opens it at the set time.',
        )}
      </p>
    );
  const send = async (): Promise<void> => done(await post(`/requests/${view.id}/open-session`, { identity }));
  return (
    <ActionForm send={send} button={say('Rozpocznij odsłuch', 'Open the session')}>
      <Input
        label={say('Jak potwierdzono tożsamość wnioskodawcy', "How the requester's identity was confirmed")}
        value={identity}
        set={setIdentity}
        max={300}
        required
      />
    </ActionForm>
  );
}

function Running({ view, done, reload, present }: Props & { present: readonly string[] }): JSX.Element {
  const session = view.state['session'] as Session;
  const nameOf = useNames();
  const { me } = useMe();
  const [told, setTold] = useState<readonly string[]>([]);
  const confirmed = [...told, ...session.confirmed.map(({ account }) => account)];
  const { busy, problem, run } = useDoing();
  const act = (step: 'confirm-protocol' | 'interrupt'): void =>
    void run(async () => {
      if (step === 'interrupt') await allIsTold();
      done(await post(`/requests/${view.id}/${step}`));
    });
  const mine = present.includes(me.id);
  useEffect(() => {
    if (!mine) return;
    const look = async (): Promise<void> => {
      const now = await post<{ open: boolean; confirmed: readonly string[] }>(`/requests/${view.id}/here`);
      if (now.open) setTold(now.confirmed);
      else reload();
    };
    // What fails once is tried again; the server says when the session is over.
    const timer = setInterval(() => void look().catch(() => undefined), SIGN_MS);
    return () => clearInterval(timer);
  }, [view.id, mine]);
  return (
    <>
      <p>
        <Mark tone="live">{say('odsłuch trwa', 'the session is on')}</Mark> {say('od', 'since')}{' '}
        {when(session.openedAt)}, {nameOf(session.openedBy)}
      </p>
      {session.here ? (
        view.calls.map((call) => <Recording key={call.id} call={call.id} startedAt={call.startedAt} />)
      ) : (
        <Note>
          {say(
            'Nagranie jest odtwarzane w przeglądarce, w której rozpoczęto odsłuch.',
            'The recording is played in the browser in which the session was opened.',
          )}
        </Note>
      )}
      <h3>{say('Protokół', 'Protocol')}</h3>
      <ul>
        {present.map((one) => (
          <li key={one}>
            {nameOf(one)}:{' '}
            {confirmed.includes(one) ? (
              <Mark tone="good">{say('potwierdza', 'confirms')}</Mark>
            ) : (
              say('jeszcze nie potwierdza', 'not yet')
            )}
          </li>
        ))}
      </ul>
      <ProblemNote problem={problem} />
      <p class="row">
        {view.open.includes('confirm-protocol') ? (
          <button type="button" disabled={busy} onClick={() => act('confirm-protocol')}>
            {say('Potwierdzam protokół', 'Confirm the protocol')}
          </button>
        ) : null}
        {view.open.includes('interrupt') ? (
          <button type="button" disabled={busy} onClick={() => act('interrupt')}>
            {say('Przerwij odsłuch', 'Interrupt')}
          </button>
        ) : null}
      </p>
      {view.open.includes('close-session') ? (
        <Closing view={view} done={done} silent={present.filter((one) => !confirmed.includes(one))} />
      ) : null}
    </>
  );
}

function Recording({ call, startedAt }: { call: string; startedAt: number }): JSX.Element {
  const [granted, setGranted] = useState<Granted>();
  const { busy, problem, run } = useDoing();
  const title = `${say('Nagranie rozmowy z', 'Recording of the call of')} ${when(startedAt)}`;
  if (granted) return <Player granted={granted} title={title} level={3} />;
  return (
    <>
      <ProblemNote problem={problem} />
      <p>
        <button
          type="button"
          class="main"
          disabled={busy}
          onClick={() => void run(async () => setGranted(await post<Granted>(`/calls/${call}/grants`)))}
        >
          {say('Otwórz nagranie rozmowy z', 'Open the recording of the call of')} {when(startedAt)}
        </button>
      </p>
    </>
  );
}

function Closing({ view, done, silent }: Pick<Props, 'view' | 'done'> & { silent: readonly string[] }): JSX.Element {
  const nameOf = useNames();
  const [remarks, setRemarks] = useState('');
  const [reasons, setReasons] = useState<Readonly<Record<string, string>>>({});
  const send = async (): Promise<void> => {
    const unconfirmed = silent.map((account) => ({ account, reason: reasons[account] ?? '' }));
    await allIsTold();
    done(await post(`/requests/${view.id}/close-session`, { remarks, unconfirmed }));
  };
  return (
    <ActionForm
      send={send}
      button={say('Zakończ odsłuch i sporządź protokół', 'Close the session and make the protocol')}
    >
      <Input label={say('Uwagi do protokołu', 'Remarks')} value={remarks} set={setRemarks} lines={2} max={5000} />
      {silent.map((account) => (
        <Input
          key={account}
          label={`${say('Dlaczego protokołu nie potwierdza', 'Why the protocol is not confirmed by')} ${nameOf(account)}`}
          value={reasons[account] ?? ''}
          set={(value) => setReasons((before) => ({ ...before, [account]: value }))}
          required
        />
      ))}
    </ActionForm>
  );
}
