/** The whole: who is logged in, the frame of every page, and which page it is. */
import type { JSX } from 'preact';
import { useCallback, useEffect, useState } from 'preact/hooks';
import { get, setToken, whenLoggedOut, ApiProblem } from './api.js';
import { Frame } from './frame.js';
import { say } from './language.js';
import { MeContext, type Me } from './me.js';
import { Announcer } from './parts/announce.js';
import { ProblemNote } from './parts/basics.js';
import { StayLoggedIn } from './parts/stay.js';
import { Patience, Troubles } from './parts/troubles.js';
import { Enrol } from './screens/enrol.js';
import { Link } from './screens/link.js';
import { Login } from './screens/login.js';
import { pageOf } from './pages.js';
import { usePlace } from './router.js';

type State =
  | { at: 'starting' }
  | { at: 'login'; lapsed?: boolean }
  | { at: 'in'; me: Me }
  | { at: 'failed'; problem: ApiProblem };

export function App(): JSX.Element {
  const [state, setState] = useState<State>({ at: 'starting' });
  const [, redraw] = useState(0);
  const place = usePlace();
  const enter = useCallback((me: Me) => {
    setToken(me.token);
    setState({ at: 'in', me });
  }, []);
  const look = useCallback(() => {
    const seen = (me: Me): void => {
      setToken(me.token);
      // Who enrols a second factor stays until the recovery codes, which are shown once, were seen: that page calls `enter`.
      setState((before) => (before.at === 'in' && before.me.limited === 'second-factor' ? before : { at: 'in', me }));
    };
    get<Me>('/me').then(seen, (error: unknown) => {
      if (!(error instanceof ApiProblem)) throw error;
      // Who is not logged in has been told already.
      if (error.kind !== 'not-logged-in') setState({ at: 'failed', problem: error });
    });
  }, []);
  useEffect(() => {
    whenLoggedOut(() => setState((before) => ({ at: 'login', lapsed: before.at === 'in' })));
    look();
  }, [look, place.path === '/link']);
  if (place.path === '/link') return <Link />;
  if (state.at === 'starting') return <main aria-busy="true" aria-label={say('Wczytywanie', 'Loading')} />;
  if (state.at === 'failed')
    return (
      <main>
        <h1>Halina</h1>
        <ProblemNote problem={state.problem} again={look} />
      </main>
    );
  const again = (): void => redraw((n) => n + 1);
  if (state.at === 'login') return <Login enter={enter} redraw={again} lapsed={state.lapsed ?? false} />;
  return (
    <MeContext.Provider value={{ me: state.me, look, leave: () => setState({ at: 'login' }) }}>
      <Frame path={place.path} redraw={again}>
        <Announcer />
        <Patience />
        <Troubles />
        <StayLoggedIn />
        {state.me.limited === 'second-factor' ? <Enrol enter={enter} /> : pageOf(place, state.me)}
      </Frame>
    </MeContext.Provider>
  );
}
