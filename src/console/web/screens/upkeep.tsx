/** Upkeep: lines to the provider, the room for recordings with its forecast, and who stands in for whom. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { OfficeStatus } from '../../doors.js';
import { post } from '../api.js';
import { bytes, count, number, onDay, quoted, say, when } from '../language.js';
import { may, useMe } from '../me.js';
import { Await, Input, Mark, Note, ProblemNote, Select, Title } from '../parts/basics.js';
import { ActionForm } from '../parts/form.js';
import { useDoing, useLoaded } from '../use.js';
import { roleName, roleOrder } from '../words.js';
import { trunkState } from './today.js';
import { TrunkTrial } from './trunk-trial.js';

export function Trunks(): JSX.Element {
  const [loaded, again] = useLoaded<OfficeStatus>('/status');
  return (
    <>
      <Title>{say('Łącza do operatora', 'Lines to the provider')}</Title>
      <Await of={loaded} again={again}>
        {({ trunks, handsets }) => (
          <div class="grid">
            {trunks.length === 0 ? <p class="card">{say('Nie ma żadnego łącza.', 'There is none.')}</p> : null}
            {trunks.map((trunk) => (
              <TrunkCard key={trunk.name} trunk={trunk} handsets={handsets} />
            ))}
          </div>
        )}
      </Await>
      <p>
        <button type="button" onClick={again}>
          {say('Odśwież', 'Refresh')}
        </button>
      </p>
    </>
  );
}

interface Probe {
  readonly status?: number;
  readonly reason?: string;
  readonly afterMs?: number;
  readonly seen?: { readonly address: string; readonly port?: number };
  readonly advertised: string;
  readonly failure?: string;
  readonly resolveError?: string;
}

/** Asks the provider whether it is there, and what it sees of us. */
function TrunkCheck({ name }: { name: string }): JSX.Element {
  const [probe, setProbe] = useState<Probe>();
  const { busy, problem, run } = useDoing();
  const check = (): void =>
    void run(async () => setProbe(await post<Probe>(`/trunks/${encodeURIComponent(name)}/check`)));
  return (
    <>
      <button type="button" onClick={check} disabled={busy}>
        {say('Sprawdź łącze', 'Check the line')} {quoted(name)}
      </button>
      <ProblemNote problem={problem} />
      <div role="status">{probe ? <ProbeResult probe={probe} /> : null}</div>
    </>
  );
}

function ProbeResult({ probe }: { probe: Probe }): JSX.Element {
  const { status, reason, afterMs, seen, advertised, failure, resolveError } = probe;
  if (resolveError !== undefined)
    return (
      <Note tone="bad" title={say('Nie można znaleźć serwera operatora', "The provider's server cannot be found")}>
        {resolveError}
      </Note>
    );
  if (failure !== undefined)
    return (
      <Note tone="bad" title={say('Operator nie odpowiada', 'The provider does not answer')}>
        {failure === 'no-answer'
          ? say(
              'Przez 5 sekund nie przyszła odpowiedź. Sprawdź dostęp do internetu i zaporę; jeśli działają, zadzwoń do operatora.',
              'No answer came within 5 seconds. Check the internet access and the firewall; if they work call the provider.',
            )
          : failure}
      </Note>
    );
  const outside = seen && seen.address !== advertised;
  return (
    <Note tone={outside ? 'warn' : 'good'} title={say('Operator odpowiada', 'The provider answers')}>
      <p>
        {status} {reason}, {afterMs} ms.{' '}
        {outside
          ? `${say('Operator widzi nas pod adresem', 'It sees us at')} ${seen.address}, ${say('a my podajemy', 'and we say')} ${advertised}: ${say('dźwięk może nie dochodzić.', 'sound may not come through.')}`
          : ''}
      </p>
    </Note>
  );
}

function TrunkCard({
  trunk,
  handsets,
}: Pick<OfficeStatus, 'handsets'> & { trunk: OfficeStatus['trunks'][number] }): JSX.Element {
  const { me } = useMe();
  const { name, proxy, healthSince, registration, calls, maxCalls } = trunk;
  const [tone, text] = trunkState(trunk);
  return (
    <section class="card" aria-label={name}>
      <h2 class="break">{name}</h2>
      <p>
        <Mark tone={tone}>{text}</Mark>{' '}
        {healthSince === undefined ? null : `${say('od', 'since')} ${when(healthSince)}`}
      </p>
      <p class="break">
        {say('Serwer:', 'Server:')} {proxy}
      </p>
      <p>
        {say('Trwające rozmowy:', 'Calls now:')} {number(calls)}
        {maxCalls === undefined ? null : ` ${say('z', 'of')} ${number(maxCalls)}`}
      </p>
      {registration ? (
        <p>
          {say('Rejestracja u operatora:', 'Registration:')} {registrationName(registration.state)}
          {registration.until === undefined ? null : `, ${say('do', 'until')} ${when(registration.until)}`}
          {registration.reason === undefined ? null : ` (${registration.status ?? ''} ${registration.reason})`}
        </p>
      ) : (
        <p class="soft">{say('To łącze się nie rejestruje.', 'This line does not register.')}</p>
      )}
      {may(me, 'settings.change') ? (
        <>
          <TrunkCheck name={name} />
          <TrunkTrial name={name} handsets={handsets} />
        </>
      ) : null}
    </section>
  );
}

const registrationName = (state: string): string =>
  state === 'registered'
    ? say('przyjęta', 'registered')
    : state === 'registering'
      ? say('w toku', 'under way')
      : state === 'failed'
        ? say('odrzucona', 'refused')
        : say('zatrzymana', 'stopped');

interface Quota {
  readonly usage: { readonly used: number; readonly quota: number; readonly recordings: number };
  readonly plan?: { readonly recordings: number; readonly bytes: number; readonly fits: boolean };
  readonly forecast: { readonly reachDays: number; readonly weekBytes: number; readonly fullOn?: string };
}

export function QuotaPage(): JSX.Element {
  const [asked, setAsked] = useState<number>();
  const [loaded, again] = useLoaded<Quota>(asked === undefined ? '/quota' : `/quota?bytes=${asked}`);
  return (
    <>
      <Title>{say('Miejsce na nagrania', 'Room for recordings')}</Title>
      <Await of={loaded} again={again}>
        {(quota) => (
          <>
            <section class="card" id="room" aria-label={say('Stan', 'As it is')}>
              <p class="figure">
                {bytes(quota.usage.used)} {say('z', 'of')} {bytes(quota.usage.quota)}
              </p>
              <meter
                min={0}
                max={quota.usage.quota}
                value={quota.usage.used}
                aria-label={say('Zajęte miejsce', 'Room that is used')}
              />
              <p>{count(quota.usage.recordings, ['nagranie', 'nagrania', 'nagrań'], ['recording', 'recordings'])}</p>
              {asked === undefined ? <Ahead forecast={quota.forecast} /> : null}
            </section>
            <QuotaChange key={asked ?? 0} quota={quota} asked={asked} ask={setAsked} />
          </>
        )}
      </Await>
    </>
  );
}

const Ahead = ({ forecast }: Pick<Quota, 'forecast'>): JSX.Element => (
  <p>
    {say('Przy obecnym tempie nagrywania archiwum sięgnie wstecz', 'At this pace the archive will reach back')}{' '}
    <strong>{count(Math.floor(forecast.reachDays), ['dzień', 'dni', 'dni'], ['day', 'days'])}</strong> (
    {bytes(forecast.weekBytes)} {say('na tydzień', 'a week')}).
    {forecast.fullOn === undefined ? null : ` ${say('Zapełni się dnia', 'It is full on')} ${onDay(forecast.fullOn)}.`}
  </p>
);

function QuotaChange({
  quota: { usage, plan, forecast },
  asked,
  ask,
}: {
  quota: Quota;
  asked: number | undefined;
  ask: (bytes: number | undefined) => void;
}): JSX.Element {
  const [size, setSize] = useState(String((asked ?? usage.quota) / 1e9));
  const [reason, setReason] = useState('');
  const [told, setTold] = useState<string>();
  const look = (event: Event): void => {
    event.preventDefault();
    const wanted = Math.round(Number(size.replace(',', '.')) * 1e9);
    if (Number.isFinite(wanted) && wanted > 0) ask(wanted);
  };
  const change = async (): Promise<void> => {
    const { pending } = await post<{ pending?: object }>('/quota', { bytes: asked, reason });
    setTold(
      pending === undefined
        ? say('Zmieniono.', 'Changed.')
        : say('Zmiana czeka na potwierdzenie Sekretarza.', 'The change waits for the Secretary to confirm it.'),
    );
  };
  return (
    <section class="card" aria-label={say('Zmiana', 'Change')}>
      <form onSubmit={look}>
        <Input label={say('Nowy przydział (GB)', 'New quota (GB)')} value={size} set={setSize} required />
        <button type="submit">{say('Sprawdź skutek', 'See what it would do')}</button>
      </form>
      {asked === undefined || !plan ? null : (
        <ActionForm
          send={change}
          button={say('Zmień przydział', 'Change the quota')}
          missing={told === undefined ? undefined : say('Zmiana jest już zgłoszona.', 'It was asked for already.')}
        >
          <Note tone={plan.recordings > 0 ? 'warn' : 'good'} title={`${say('Przydział', 'Quota')} ${bytes(asked)}`}>
            <p>
              {plan.recordings === 0
                ? say('Żadne nagranie nie zostanie usunięte.', 'No recording goes.')
                : `${say('Zostanie usuniętych od razu:', 'These go at once:')} ${count(plan.recordings, ['nagranie', 'nagrania', 'nagrań'], ['recording', 'recordings'])} (${bytes(plan.bytes)}). ${say('Potwierdzi to Sekretarz.', 'The Secretary confirms it.')}`}
            </p>
            <Ahead forecast={forecast} />
          </Note>
          <Input label={say('Powód zmiany', 'Reason')} value={reason} set={setReason} required />
          <p role="status">{told ?? ''}</p>
        </ActionForm>
      )}
    </section>
  );
}

interface Deputy {
  readonly id: string;
  readonly role: string;
  readonly deputy: string;
  readonly of: string;
  readonly from: string;
  readonly until: string;
  readonly reason: string;
  readonly document?: string;
  readonly endedAt?: number;
}
type People = readonly { readonly id: string; readonly name: string }[];

export function Deputies(): JSX.Element {
  const [loaded, again] = useLoaded<{ deputies: readonly Deputy[] }>('/deputies');
  const [people] = useLoaded<{ people: People }>('/people');
  return (
    <>
      <Title>{say('Zastępstwa', 'Deputies')}</Title>
      <Await of={people}>
        {({ people: all }) => (
          <>
            <Await of={loaded} again={again}>
              {({ deputies }) => <DeputyList deputies={deputies} people={all} again={again} />}
            </Await>
            <DeputyForm people={all} again={again} />
          </>
        )}
      </Await>
    </>
  );
}

function DeputyList({
  deputies,
  people,
  again,
}: {
  deputies: readonly Deputy[];
  people: People;
  again: () => void;
}): JSX.Element {
  const { busy, problem, run } = useDoing();
  const nameOf = (id: string): string => people.find((one) => one.id === id)?.name ?? id;
  const end = (id: string): void => void run(async () => post(`/deputies/${id}/end`).then(again));
  return (
    <section class="card" id="deputies" aria-label={say('Wyznaczone zastępstwa', 'Deputies named')}>
      <ProblemNote problem={problem} />
      {deputies.length === 0 ? <p>{say('Nikt nikogo nie zastępuje.', 'Nobody stands in for anybody.')}</p> : null}
      <ul class="plain">
        {deputies.map((one) => (
          <li key={one.id}>
            <div class="between">
              <span>
                <strong>{nameOf(one.deputy)}</strong> {say('zastępuje:', 'stands in for')} {nameOf(one.of)} (
                {roleName(one.role)})
                <span class="block soft">
                  {onDay(one.from)} – {onDay(one.until)}. {one.reason}
                  {one.document === undefined ? null : `, ${one.document}`}
                </span>
              </span>
              {one.endedAt === undefined ? (
                <button
                  type="button"
                  disabled={busy}
                  aria-label={`${say('Zakończ zastępstwo:', 'End it:')} ${nameOf(one.deputy)}`}
                  onClick={() => end(one.id)}
                >
                  {say('Zakończ zastępstwo', 'End it')}
                </button>
              ) : (
                <Mark>{say('zakończone', 'ended')}</Mark>
              )}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

function DeputyForm({ people, again }: { people: People; again: () => void }): JSX.Element {
  const names: [string, string][] = [['', '–'], ...people.map(({ id, name }): [string, string] => [id, name])];
  const [deputy, setDeputy] = useState('');
  const [of, setOf] = useState('');
  const [role, setRole] = useState('staff');
  const [from, setFrom] = useState('');
  const [until, setUntil] = useState('');
  const [reason, setReason] = useState('');
  const [document, setDocument] = useState('');
  const send = async (): Promise<void> => {
    const paper = document.trim() === '' ? {} : { document };
    await post('/deputies', { deputy, of, role, from, until, reason, ...paper });
    again();
  };
  const roles = roleOrder.filter((one) => ['secretary', 'staff', 'dpo', 'unit_head'].includes(one));
  return (
    <section class="card" aria-labelledby="new-deputy">
      <h2 id="new-deputy">{say('Wyznacz zastępcę', 'Name a deputy')}</h2>
      <ActionForm send={send} button={say('Wyznacz', 'Name')}>
        <div class="columns">
          <Select label={say('Kto zastępuje', 'Who stands in')} value={deputy} set={setDeputy} options={names} />
          <Select label={say('Kogo', 'For whom')} value={of} set={setOf} options={names} />
          <Select
            label={say('W roli', 'In the role')}
            value={role}
            set={setRole}
            options={roles.map((one) => [one, roleName(one)] as const)}
          />
        </div>
        <div class="columns">
          <Input label={say('Od', 'From')} type="date" value={from} set={setFrom} required />
          <Input label={say('Do (włącznie)', 'Until (included)')} type="date" value={until} set={setUntil} required />
          <Input label={say('Powód', 'Reason')} value={reason} set={setReason} required />
        </div>
        <Input
          label={say('Numer dokumentu Burmistrza', "Number of the Mayor's document")}
          help={say('Dla Sekretarza i Inspektora Ochrony Danych', 'For the Secretary and the data-protection officer')}
          value={document}
          set={setDocument}
        />
      </ActionForm>
    </section>
  );
}
