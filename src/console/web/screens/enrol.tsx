/** The second factor: shown as a code for the camera of an authenticator app, proved by a code of that app. */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { post } from '../api.js';
import { say } from '../language.js';
import type { Me } from '../me.js';
import { Input, Note, ProblemNote, Title } from '../parts/basics.js';
import { Qr } from '../parts/qr.js';
import { useDoing } from '../use.js';

interface Offer {
  readonly secret: string;
  readonly code: readonly string[];
}

export function Enrol({ enter }: { enter: (me: Me) => void }): JSX.Element {
  const [offer, setOffer] = useState<Offer>();
  const [code, setCode] = useState('');
  const [done, setDone] = useState<{ codes: readonly string[]; me: Me }>();
  const { busy, problem, run } = useDoing();
  useEffect(() => void run(async () => setOffer(await post<Offer>('/me/second-factor'))), [run]);
  const submit = (event: Event): void => {
    event.preventDefault();
    void run(async () => {
      const answer = await post<{ recoveryCodes: string[]; me: Me }>('/me/second-factor/confirm', { code });
      setDone({ codes: answer.recoveryCodes, me: answer.me });
    });
  };
  if (done) return <Codes codes={done.codes} go={() => enter(done.me)} />;
  return (
    <div class="card">
      <Title>{say('Drugi składnik logowania', 'Second factor')}</Title>
      <p>
        {say(
          'Na tym stanowisku samo hasło nie wystarcza. Zainstaluj w telefonie aplikację uwierzytelniającą (np. FreeOTP, Aegis, Google Authenticator), zeskanuj nią kod i przepisz sześć cyfr, które pokaże.',
          'In this role a password alone is not enough. Install an authenticator app on your telephone (e.g. FreeOTP, Aegis, Google Authenticator), scan the code with it and enter the six digits that it shows.',
        )}
      </p>
      <ProblemNote problem={problem} />
      {offer ? (
        <form onSubmit={submit}>
          <Qr rows={offer.code} name={say('Kod QR dla aplikacji', 'QR code for the app')} />
          <p class="small soft break">
            {say('Bez aparatu wpisz w aplikacji klucz:', 'Without a camera enter this key in the app:')}{' '}
            <code>{offer.secret.replace(/.{4}(?=.)/g, '$& ')}</code>
          </p>
          <Input
            label={say('Sześć cyfr z aplikacji', 'Six digits of the app')}
            value={code}
            set={setCode}
            inputMode="numeric"
            autocomplete="one-time-code"
            required
          />
          <button type="submit" class="main" disabled={busy}>
            {say('Potwierdź', 'Confirm')}
          </button>
        </form>
      ) : null}
    </div>
  );
}

const Codes = ({ codes, go }: { codes: readonly string[]; go: () => void }): JSX.Element => (
  <div class="card">
    <Title>{say('Kody zapasowe', 'Recovery codes')}</Title>
    <Note tone="warn" title={say('Wydrukuj je lub przepisz teraz', 'Print them or write them down now')}>
      {say(
        'Każdy kod działa jeden raz, gdy nie masz telefonu. Nie zostaną pokazane ponownie. Przechowuj je w zamknięciu.',
        'Each works once, when you are without your telephone. They are not shown again. Keep them locked away.',
      )}
    </Note>
    <ul>
      {codes.map((code) => (
        <li key={code}>
          <code>{code}</code>
        </li>
      ))}
    </ul>
    <p class="row">
      <button type="button" onClick={() => window.print()}>
        {say('Drukuj', 'Print')}
      </button>
      <button type="button" class="main" onClick={go}>
        {say('Mam je, dalej', 'I have them, go on')}
      </button>
    </p>
  </div>
);
