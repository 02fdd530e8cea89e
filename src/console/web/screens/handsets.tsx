/** Handsets: whose they are, whether that person was told of the recording (§ 7), and the code that sets one up. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { post } from '../api.js';
import { say, when } from '../language.js';
import { Await, Dialog, Input, Mark, Note, ProblemNote, Title, type Tone } from '../parts/basics.js';
import { Qr } from '../parts/qr.js';
import { useDoing, useLoaded } from '../use.js';
import type { HandsetView as Handset, Registration } from '../../routes/handsets.js';

export function Handsets(): JSX.Element {
  const [loaded, again] = useLoaded<{ handsets: readonly Handset[] }>('/handsets');
  return (
    <>
      <Title>{say('Aparaty', 'Handsets')}</Title>
      <Await of={loaded} again={again}>
        {({ handsets }) => (
          <section class="card" aria-label={say('Aparaty', 'Handsets')}>
            {handsets.length === 0 ? (
              <p>{say('Nie ma żadnego aparatu.', 'There is none.')}</p>
            ) : (
              <HandsetTable handsets={handsets} again={again} />
            )}
          </section>
        )}
      </Await>
    </>
  );
}

const HandsetTable = ({ handsets, again }: { handsets: readonly Handset[]; again: () => void }): JSX.Element => (
  <table class="cards roomy">
    <thead>
      <tr>
        <th scope="col">{say('Numer', 'Extension')}</th>
        <th scope="col">{say('Nazwa', 'Name')}</th>
        <th scope="col">{say('Komórka', 'Unit')}</th>
        <th scope="col">{say('Stan', 'State')}</th>
        <th scope="col">{say('Informacja o nagrywaniu (§ 7)', 'Told of the recording (§ 7)')}</th>
        <th scope="col">{say('Konfiguracja', 'Set-up')}</th>
      </tr>
    </thead>
    <tbody>
      {handsets.map((handset) => (
        <HandsetRow key={handset.extension} handset={handset} again={again} />
      ))}
    </tbody>
  </table>
);

function HandsetRow({ handset, again }: { handset: Handset; again: () => void }): JSX.Element {
  const { extension, displayName, unit, maker, informed } = handset;
  const [open, setOpen] = useState<'code' | 'information'>();
  const close = (): void => setOpen(undefined);
  return (
    <tr>
      <td data-label={say('Numer', 'Extension')} class="numbers">
        <strong>{extension}</strong>
      </td>
      <td data-label={say('Nazwa', 'Name')}>{displayName ?? '–'}</td>
      <td data-label={say('Komórka', 'Unit')}>{unit ?? '–'}</td>
      <td data-label={say('Stan', 'State')}>
        <State of={handset.registration} />
      </td>
      <td data-label={say('Informacja o nagrywaniu (§ 7)', 'Told of the recording (§ 7)')}>
        {informed ? (
          <Mark tone="good">{say('poinformowany', 'told')}</Mark>
        ) : (
          <div class="row">
            <Mark tone="bad">{say('brak informacji', 'not told')}</Mark>
            <button type="button" onClick={() => setOpen('information')}>
              {say('Wpisz informację', 'Enter it')}
            </button>
          </div>
        )}
      </td>
      <td data-label={say('Konfiguracja', 'Set-up')}>
        {maker === undefined ? (
          <span class="soft">{say('ręczna', 'by hand')}</span>
        ) : (
          <>
            <Provisioning of={handset.provisioned ?? {}} known={handset.registration?.userAgent} />
            <button type="button" onClick={() => setOpen('code')}>
              {say('Pokaż kod konfiguracji', 'Show the code to set it up')}
            </button>
          </>
        )}
        {open === 'code' ? <Code handset={handset} close={close} /> : null}
        {open === 'information' ? <Information handset={handset} close={close} again={again} /> : null}
      </td>
    </tr>
  );
}

/** Whether it can be called, and since when. */
function State({ of }: { of: Registration | undefined }): JSX.Element {
  if (!of) return <span class="soft">–</span>;
  const { state, since, address, userAgent } = of;
  const [tone, words] = {
    registered: ['good', say('działa', 'registered')],
    unreachable: ['bad', say('nie odpowiada', 'does not answer')],
    none: ['warn', say('niezarejestrowany', 'not registered')],
  }[state] as [Tone, string];
  return (
    <>
      <Mark tone={tone}>{words}</Mark>
      {since === undefined ? null : (
        <span class="block small soft">
          {state === 'unreachable' ? say('zarejestrowany od', 'registered since') : say('od', 'since')} {when(since)}
        </span>
      )}
      {address === undefined ? null : (
        <span class="block small soft break">{userAgent === undefined ? address : `${userAgent}, ${address}`}</span>
      )}
    </>
  );
}

interface ProvisioningProps {
  readonly of: NonNullable<Handset['provisioned']>;
  /** What it is, where that stands beside it already. */
  readonly known: string | undefined;
}

/** When it fetched its configuration, and from where. */
function Provisioning({ of: { fetched, refused }, known }: ProvisioningProps): JSX.Element {
  return (
    <>
      {fetched ? (
        <span class="block">
          {say('pobrana', 'fetched')} {when(fetched.at)}
          <span class="block small soft break">
            {fetched.userAgent === undefined || fetched.userAgent === known
              ? fetched.address
              : `${fetched.userAgent}, ${fetched.address}`}
          </span>
        </span>
      ) : (
        <Mark tone="warn">{say('jeszcze nie pobrana', 'not fetched yet')}</Mark>
      )}
      {refused ? (
        <span class="block">
          <Mark tone="bad">{say('odmowa', 'refused')}</Mark>{' '}
          <span class="small soft">
            {when(refused.at)}, {refused.address}
            {say(': zły kod', ': wrong code')}
          </span>
        </span>
      ) : null}
    </>
  );
}

const nameOf = ({ extension, displayName }: Handset): string =>
  `${say('Aparat', 'Handset')} ${extension}${displayName === undefined ? '' : `, ${displayName}`}`;

function Code({ handset, close }: { handset: Handset; close: () => void }): JSX.Element {
  const [code, setCode] = useState<{ url: string; code: readonly string[] }>();
  const { busy, problem, run } = useDoing();
  const show = (): void =>
    void run(async () => setCode(await post<{ url: string; code: string[] }>(`/handsets/${handset.extension}/code`)));
  return (
    <Dialog title={nameOf(handset)} close={close}>
      <Note tone="warn">
        {say(
          'Kto ma ten kod, może zarejestrować ten aparat. Nie zostawiaj go na ekranie.',
          'Who has this code can register as this handset. Do not leave it on the screen.',
        )}
      </Note>
      <ProblemNote problem={problem} />
      {code ? <Qr rows={code.code} name={say('Kod konfiguracji', 'Code to set it up')} /> : null}
      <p class="row end">
        {code ? null : (
          <button type="button" class="main" disabled={busy} onClick={show}>
            {say('Pokaż kod', 'Show the code')}
          </button>
        )}
        <button type="button" onClick={close}>
          {say('Zamknij', 'Close')}
        </button>
      </p>
    </Dialog>
  );
}

interface InformationProps {
  readonly handset: Handset;
  readonly close: () => void;
  readonly again: () => void;
}

function Information({ handset, close, again }: InformationProps): JSX.Element {
  const [person, setPerson] = useState('');
  const [on, setOn] = useState('');
  const { busy, problem, run } = useDoing();
  const submit = (event: Event): void => {
    event.preventDefault();
    void run(async () => {
      await post('/informations', { extension: handset.extension, person, on });
      close();
      again();
    });
  };
  return (
    <Dialog title={nameOf(handset)} close={close}>
      <form onSubmit={submit}>
        <ProblemNote problem={problem} />
        <Input label={say('Kogo poinformowano', 'Who was told')} value={person} set={setPerson} required />
        <Input label={say('Dnia', 'On')} type="date" value={on} set={setOn} required />
        <p class="row end">
          <button type="button" onClick={close}>
            {say('Anuluj', 'Cancel')}
          </button>
          <button type="submit" class="main" disabled={busy}>
            {say('Zapisz', 'Save')}
          </button>
        </p>
      </form>
    </Dialog>
  );
}
