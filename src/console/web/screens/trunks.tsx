/** Lines to the provider: how they stand, and whether they work. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { OfficeStatus } from '../../doors.js';
import { post } from '../api.js';
import { number, quoted, say, when } from '../language.js';
import { may, useMe } from '../me.js';
import { Await, Mark, Note, ProblemNote, Title } from '../parts/basics.js';
import { useDoing, useLoaded } from '../use.js';
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
