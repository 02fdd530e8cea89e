/** Logging in: name and password, then the code of the second factor. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { post } from '../api.js';
import { Brand, Switches } from '../frame.js';
import { say } from '../language.js';
import type { Me } from '../me.js';
import { Input, Note, ProblemNote, Title } from '../parts/basics.js';
import { useDoing } from '../use.js';

interface LoginProps {
  readonly enter: (me: Me) => void;
  readonly redraw: () => void;
  /** Somebody was logged in on this page, and their session is over. */
  readonly lapsed: boolean;
}

export function Login({ enter, redraw, lapsed }: LoginProps): JSX.Element {
  const [login, setLogin] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [asksCode, setAsksCode] = useState(false);
  const { busy, problem, run } = useDoing();
  const submit = (event: Event): void => {
    event.preventDefault();
    void run(async () => {
      const answer = await post<Me | { codeNeeded: true }>('/login', {
        login,
        password,
        ...(asksCode ? { code } : {}),
      });
      if ('codeNeeded' in answer) setAsksCode(true);
      else enter(answer);
    });
  };
  return (
    <main class="login">
      <div class="card">
        <Brand />
        <Title>{asksCode ? say('Podaj kod', 'Enter the code') : say('Logowanie', 'Log in')}</Title>
        {lapsed ? (
          <Note tone="warn" title={say('Wylogowano', 'You were logged out')}>
            {say(
              'Przez dłuższy czas nikt nic tu nie robił albo sesja trwała najdłużej, jak można. To, co zapisano, jest zapisane.',
              'Nobody did anything here for some time, or the session lasted as long as one may. What was saved is saved.',
            )}
          </Note>
        ) : null}
        <ProblemNote problem={problem} />
        <form onSubmit={submit}>
          {asksCode ? (
            <Input
              key="code"
              label={say('Kod z aplikacji w telefonie', 'Code of the app on your telephone')}
              help={say('Sześć cyfr albo jeden z kodów zapasowych', 'Six digits, or one of your recovery codes')}
              value={code}
              set={setCode}
              autocomplete="one-time-code"
              inputMode="numeric"
              required
            />
          ) : (
            <>
              <Input
                label={say('Nazwa użytkownika', 'User name')}
                value={login}
                set={setLogin}
                autocomplete="username"
                required
              />
              <Input
                label={say('Hasło', 'Password')}
                type="password"
                value={password}
                set={setPassword}
                autocomplete="current-password"
                required
              />
            </>
          )}
          <button type="submit" class="main" disabled={busy}>
            {busy ? say('Proszę czekać…', 'Please wait…') : say('Zaloguj', 'Log in')}
          </button>
        </form>
      </div>
      <p class="row">
        <Switches redraw={redraw} />
      </p>
      <p class="soft small">
        {say(
          'Nie pamiętasz hasła? Nowe ustawia administrator systemu.',
          'Forgotten your password? The administrator sets a new one.',
        )}
      </p>
    </main>
  );
}
