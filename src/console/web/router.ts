/** Where in the console one is: the path and the query of the address, with the browser's own history. */
import { useEffect, useState } from 'preact/hooks';

export interface Place {
  readonly path: string;
  readonly query: URLSearchParams;
}

const here = (): Place => ({ path: location.pathname, query: new URLSearchParams(location.search) });
const listeners = new Set<() => void>();

type Leaving = (go: () => void) => void;
let guard: Leaving | undefined;
/** The address of the page that is guarded. */
let guarded = '';

/** Before the page is left `ask` is called with what goes on then. The function that it gives takes the guard away. */
export function guardPage(ask: Leaving): () => void {
  guard = ask;
  guarded = location.pathname + location.search;
  return () => {
    guard = undefined;
  };
}

/** Goes on, or asks first where something would be lost. */
export function leaving(onwards: () => void): void {
  if (guard) guard(onwards);
  else onwards();
}

export function go(to: string, how: { replace?: boolean } = {}): void {
  leaving(() => move(to, how));
}

function move(to: string, { replace = false }: { replace?: boolean }): void {
  if (replace) history.replaceState(null, '', to);
  else history.pushState(null, '', to);
  for (const listener of listeners) listener();
}

/** Parts of a path such as `/calls/:id`; undefined where the path is another. */
export function match(pattern: string, path: string): Readonly<Record<string, string>> | undefined {
  const [wanted, found] = [pattern.split('/'), path.split('/')];
  if (wanted.length !== found.length) return undefined;
  const parts: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const text = decodeURIComponent(found[index] ?? '');
    if (part.startsWith(':')) parts[part.slice(1)] = text;
    else if (part !== text) return undefined;
  }
  return parts;
}

export function usePlace(): Place {
  const [place, setPlace] = useState(here);
  useEffect(() => {
    const moved = (): void => setPlace(here());
    // The browser has gone back already: the guarded page takes its place again until one has answered.
    const went = (): void => {
      const to = location.pathname + location.search;
      if (!guard || to === guarded) return moved();
      history.pushState(null, '', guarded);
      go(to);
    };
    listeners.add(moved);
    window.addEventListener('popstate', went);
    return () => {
      listeners.delete(moved);
      window.removeEventListener('popstate', went);
    };
  }, []);
  return place;
}

/** A click on a link of ours stays in the page; one with Ctrl, Shift or another button is the browser's. */
export function follow(event: MouseEvent): void {
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (!link || event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  if (link.origin !== location.origin || link.hasAttribute('download') || link.target === '_blank') return;
  if (link.pathname.startsWith('/api/') || link.hash !== '') return;
  event.preventDefault();
  go(link.pathname + link.search);
}
