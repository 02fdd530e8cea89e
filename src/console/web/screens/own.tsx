/** One's own account. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { post, setToken } from '../api.js';
import { say, tell, when } from '../language.js';
import { useMe, type Me } from '../me.js';
import { Await, Input, Mark, Note, ProblemNote, Title } from '../parts/basics.js';
import { ActionForm } from '../parts/form.js';
import { useDoing, useLoaded } from '../use.js';
import type { OwnSessionView } from '../../routes/own.js';

export function Own(): JSX.Element {
  const { me, look } = useMe();
  const [old, setOld] = useState('');
  const [wanted, setWanted] = useState('');
  const [changed, setChanged] = useState(false);
  const send = async (): Promise<void> => {
    const answer = await post<Me>('/me/password', { old, new: wanted });
    setToken(answer.token);
    setOld('');
    setWanted('');
    setChanged(true);
    look();
  };
  return (
    <>
      <Title>{say('Moje konto', 'My account')}</Title>
      <section class="card" aria-labelledby="who">
        <h2 id="who">{me.name}</h2>
        <dl>
          <dt>{say('Nazwa użytkownika', 'User name')}</dt>
          <dd>{me.login}</dd>
          <dt>{say('Role', 'Roles')}</dt>
          <dd>{me.roles.map(tell).join(', ') || say('żadna', 'none')}</dd>
          <dt>{say('Upoważnienie Burmistrza do odsłuchu', "The Mayor's authorisation to hear")}</dt>
          <dd>
            {me.authorisation
              ? `${me.authorisation.number}${me.authorisation.until ? `, ${say('do', 'until')} ${when(me.authorisation.until, 'day')}` : ''}`
              : say('nie wpisano: odsłuch nie jest możliwy', 'none entered: hearing is not possible')}
          </dd>
        </dl>
      </section>
      <section class="card" aria-labelledby="password">
        <h2 id="password">{say('Zmiana hasła', 'Change the password')}</h2>
        {changed ? (
          <Note tone="good">
            {say('Hasło zmienione. Inne sesje zostały zakończone.', 'Changed. Your other sessions have ended.')}
          </Note>
        ) : null}
        <ActionForm send={send} button={say('Zmień hasło', 'Change')} tone="plain">
          <Input
            label={say('Dotychczasowe hasło', 'Present password')}
            type="password"
            value={old}
            set={setOld}
            autocomplete="current-password"
            required
          />
          <Input
            label={say('Nowe hasło', 'New password')}
            type="password"
            value={wanted}
            set={setWanted}
            autocomplete="new-password"
            required
          />
        </ActionForm>
      </section>
      <Sessions />
    </>
  );
}

function Sessions(): JSX.Element {
  const [loaded, again] = useLoaded<{ sessions: readonly OwnSessionView[] }>('/me/sessions');
  const { busy, problem, run } = useDoing();
  const end = (path: string): void => void run(async () => post(`/me/sessions/${path}`).then(again));
  return (
    <section class="card" aria-labelledby="sessions">
      <h2 id="sessions">{say('Moje sesje', 'My sessions')}</h2>
      <p>
        {say(
          'To wszystkie Twoje otwarte sesje. Nieznaną zakończ, potem zmień hasło.',
          'Where you are logged in. End one that you do not know, then change your password.',
        )}
      </p>
      <ProblemNote problem={problem} />
      <Await of={loaded} again={again}>
        {({ sessions }) => (
          <>
            <ul class="plain">
              {sessions.map((one) => (
                <li key={one.id} class="between">
                  <span class="break">
                    {when(one.startedAt)}, {one.source}, {browserName(one.userAgent)}
                  </span>
                  {one.here ? (
                    <Mark tone="good">{say('ta sesja', 'this one')}</Mark>
                  ) : (
                    <button type="button" disabled={busy} onClick={() => end(`${one.id}/end`)}>
                      {say('Zakończ:', 'End:')} {when(one.startedAt)}
                    </button>
                  )}
                </li>
              ))}
            </ul>
            {sessions.length > 1 ? (
              <button type="button" disabled={busy} onClick={() => end('end-others')}>
                {say('Zakończ wszystkie inne', 'End all others')}
              </button>
            ) : null}
          </>
        )}
      </Await>
    </section>
  );
}

/** Which browser it is, as far as it says so. */
function browserName(userAgent: string): string {
  const found = [
    ['Edg/', 'Edge'],
    ['OPR/', 'Opera'],
    ['Firefox/', 'Firefox'],
    ['Chrome/', 'Chrome'],
    ['Safari/', 'Safari'],
  ].find(([sign = '']) => userAgent.includes(sign));
  return found?.[1] ?? say('inny program', 'another program');
}
