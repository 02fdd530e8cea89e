/** By a link that works once: the password of a new account, or the first administrator. */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { post } from '../api.js';
import { say } from '../language.js';
import { Input, ProblemNote, Title } from '../parts/basics.js';
import { go } from '../router.js';
import { useDoing } from '../use.js';

interface Whose {
  readonly first: boolean;
  readonly login?: string;
  readonly name?: string;
}

export function Link(): JSX.Element {
  const [token] = useState(() => location.hash.slice(1));
  const [whose, setWhose] = useState<Whose>();
  const [login, setLogin] = useState('');
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const looking = useDoing();
  const doing = useDoing();
  const { run } = looking;
  useEffect(() => void run(async () => setWhose(await post<Whose>('/links/look', { token }))), [run, token]);
  const submit = (event: Event): void => {
    event.preventDefault();
    void doing.run(async () => {
      await post('/links/redeem', { token, password, ...(whose?.first ? { login, name } : {}) });
      go('/', { replace: true });
    });
  };
  return (
    <main class="login">
      <div class="card">
        <Title>
          {whose?.first ? say('Pierwszy administrator', 'First administrator') : say('Nowe hasło', 'New password')}
        </Title>
        <ProblemNote problem={looking.problem} />
        <ProblemNote problem={doing.problem} />
        {whose ? (
          <form onSubmit={submit}>
            {whose.first ? (
              <>
                <Input label={say('Imię i nazwisko', 'Name')} value={name} set={setName} autocomplete="name" required />
                <Input
                  label={say('Nazwa użytkownika', 'User name')}
                  help={say('małe litery bez polskich znaków, np. jkowalska', 'small letters, e.g. jkowalska')}
                  value={login}
                  set={setLogin}
                  autocomplete="username"
                  required
                />
              </>
            ) : (
              <p>
                {whose.name} ({whose.login})
              </p>
            )}
            <Input
              label={say('Hasło', 'Password')}
              help={say(
                'Najlepiej kilka zwykłych słów, co najmniej 10 znaków (15, jeśli nie będzie drugiego składnika)',
                'Best a few plain words, 10 characters or more (15 without a second factor)',
              )}
              type="password"
              value={password}
              set={setPassword}
              autocomplete="new-password"
              required
            />
            <button type="submit" class="main" disabled={doing.busy}>
              {say('Zapisz hasło', 'Save the password')}
            </button>
          </form>
        ) : null}
      </div>
    </main>
  );
}
