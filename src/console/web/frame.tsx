/** The frame of every page: name, menu, who is logged in, language and colours. */
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { post } from './api.js';
import { chooseLanguage, currentLanguage, say, tell } from './language.js';
import { useMe } from './me.js';
import { menuOf } from './pages.js';
import { follow } from './router.js';

export function Frame({
  path,
  redraw,
  children,
}: {
  path: string;
  redraw: () => void;
  children: ComponentChildren;
}): JSX.Element {
  const { me, leave } = useMe();
  const first = useRef(true);
  useEffect(() => {
    if (!first.current) document.getElementById('title')?.focus();
    first.current = false;
  }, [path]);
  const logOut = (): void => void post('/logout').then(leave, leave);
  return (
    <div onClick={follow}>
      <a class="skip" href="#content" onClick={skip}>
        {say('Przejdź do treści', 'Skip to the content')}
      </a>
      <header class="top">
        <div class="top-inner">
          <a class="brand" href="/">
            Halina<span>{say('rejestr rozmów urzędu', 'call register of the office')}</span>
          </a>
          <div class="who">
            <span>
              <a href="/me">{me.name}</a> <span class="soft">({me.roles.map(tell).join(', ')})</span>
            </span>
            <Switches redraw={redraw} />
            <button type="button" onClick={logOut}>
              {say('Wyloguj', 'Log out')}
            </button>
          </div>
        </div>
      </header>
      <nav class="menu" aria-label={say('Główne menu', 'Main menu')}>
        <ul>
          {menuOf(me).map(({ href, name }) => (
            <li key={href}>
              <a href={href} {...(isHere(href, path) ? { 'aria-current': 'page' as const } : {})}>
                {name}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <main id="content" tabIndex={-1}>
        {children}
      </main>
      <footer class="foot">
        <p>
          {say(
            'Każdy wgląd i każda czynność są zapisywane w dzienniku zdarzeń.',
            'Whatever is looked at and done here is written to the audit log.',
          )}{' '}
          <a href="/api">{say('Opis API', 'API')}</a>
        </p>
      </footer>
    </div>
  );
}

const isHere = (href: string, path: string): boolean => (href === '/' ? path === '/' : path.startsWith(href));

function skip(event: MouseEvent): void {
  event.preventDefault();
  document.getElementById('content')?.focus();
}

const MODE = 'halina.mode';
const keptMode = localStorage.getItem(MODE);
if (keptMode === 'dark' || keptMode === 'light') document.documentElement.dataset.mode = keptMode;

const isDark = (): boolean =>
  (document.documentElement.dataset.mode ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) ===
  'dark';

export function Switches({ redraw }: { redraw: () => void }): JSX.Element {
  const other = currentLanguage() === 'pl' ? 'en' : 'pl';
  const toggle = (): void => {
    const mode = isDark() ? 'light' : 'dark';
    document.documentElement.dataset.mode = mode;
    localStorage.setItem(MODE, mode);
    redraw();
  };
  return (
    <>
      <button
        type="button"
        lang={other}
        onClick={() => {
          chooseLanguage(other);
          redraw();
        }}
      >
        {other === 'en' ? 'English' : 'Polski'}
      </button>
      <button type="button" onClick={toggle}>
        {isDark() ? say('Jasne tło', 'Light') : say('Ciemne tło', 'Dark')}
      </button>
    </>
  );
}
