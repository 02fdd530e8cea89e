/** Hooks: what is loaded, what is done, what comes live. */
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { ApiProblem, get } from './api.js';

export type Loaded<T> =
  | { readonly state: 'loading' }
  | { readonly state: 'failed'; readonly problem: ApiProblem }
  | { readonly state: 'there'; readonly value: T };

const LOADING = { state: 'loading' } as const;

/** What a path of the API gives, loaded anew when the path changes or on `again`. */
export function useLoaded<T>(path: string | undefined): readonly [Loaded<T>, () => void] {
  const [{ of, loaded }, setLoaded] = useState<{ of: string | undefined; loaded: Loaded<T> }>({
    of: path,
    loaded: LOADING,
  });
  const [round, setRound] = useState(0);
  // Asked before anything is painted: the answer is on its way meanwhile.
  useLayoutEffect(() => {
    if (path === undefined) return;
    const stop = new AbortController();
    get<T>(path, stop.signal).then(
      (value) => setLoaded({ of: path, loaded: { state: 'there', value } }),
      (error: unknown) => {
        if (!stop.signal.aborted && error instanceof ApiProblem)
          setLoaded({ of: path, loaded: { state: 'failed', problem: error } });
      },
    );
    return () => stop.abort();
  }, [path, round]);
  const again = useCallback(() => setRound((n) => n + 1), []);
  // What another path gave is not this one's answer, not even until that comes.
  return [of === path ? loaded : LOADING, again];
}

/** Whether something has lasted for so long. */
export function useLasting(now: boolean, ms: number): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => {
    setLate(false);
    if (!now) return;
    const timer = setTimeout(() => setLate(true), ms);
    return () => clearTimeout(timer);
  }, [now, ms]);
  return now && late;
}

export interface Doing {
  readonly busy: boolean;
  readonly problem: ApiProblem | undefined;
  readonly run: (work: () => Promise<unknown>) => Promise<boolean>;
  readonly forget: () => void;
}

/** A command: busy while it runs, its problem afterwards. `run` gives whether it succeeded. */
export function useDoing(): Doing {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiProblem>();
  const run = useCallback(async (work: () => Promise<unknown>) => {
    setBusy(true);
    setProblem(undefined);
    try {
      await work();
      return true;
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      setProblem(error);
      return false;
    } finally {
      setBusy(false);
    }
  }, []);
  return { busy, problem, run, forget: useCallback(() => setProblem(undefined), []) };
}

/**
 * Events of the server while the tab is in sight: a browser has but six connections to a host (HTTP/1.1), and tabs that nobody
 * looks at must not hold them all. Gives the function that ends it.
 */
export function whileInSight(url: string, attach: (source: EventSource) => void): () => void {
  let source: EventSource | undefined;
  const look = (): void => {
    if (document.visibilityState === 'hidden') {
      source?.close();
      source = undefined;
    } else if (!source) {
      source = new EventSource(url);
      attach(source);
    }
  };
  look();
  document.addEventListener('visibilitychange', look);
  return () => {
    document.removeEventListener('visibilitychange', look);
    source?.close();
  };
}

/** Listens to the events of the server while the page is shown. */
export function useEvents(listeners: Readonly<Record<string, (data: unknown) => void>>): boolean {
  const [connected, setConnected] = useState(true);
  const current = useRef(listeners);
  current.current = listeners;
  const names = Object.keys(listeners).join(' ');
  useEffect(() => {
    return whileInSight('/api/v1/events', (source) => {
      source.addEventListener('open', () => setConnected(true));
      source.addEventListener('error', () => setConnected(false));
      for (const name of names.split(' '))
        source.addEventListener(name, (event: MessageEvent<string>) => current.current[name]?.(JSON.parse(event.data)));
    });
  }, [names]);
  return connected;
}

/** The time, once a second. */
export function useNow(everyMs = 1000): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

/** Names of accounts by their ids. */
export function useNames(): (id: string) => string {
  const [people] = useLoaded<{ people: readonly { id: string; name: string }[] }>('/people');
  const names = new Map(people.state === 'there' ? people.value.people.map(({ id, name }) => [id, name]) : []);
  return (id) => names.get(id) ?? id;
}
