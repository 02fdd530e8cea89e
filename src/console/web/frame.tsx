/** The frame of every page: name, menu, who is logged in, language and colours. */
import type { ComponentChildren, JSX } from 'preact';
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { post } from './api.js';
import { chooseLanguage, currentLanguage, say, tell } from './language.js';
import { useMe } from './me.js';
import { menuOf, type MenuGroup } from './pages.js';
import { focusTitle } from './parts/basics.js';
import { follow, leaving } from './router.js';

export function Frame({
  path,
  redraw,
  children,
}: {
  path: string;
  redraw: () => void;
  children: ComponentChildren;
}): JSX.Element {
  const { me } = useMe();
  const first = useRef(true);
  const [open, setOpen] = useState(false);
  // With the page itself, not after it is painted: a key that is pressed at once is not taken elsewhere.
  useLayoutEffect(() => {
    if (!first.current) focusTitle();
    first.current = false;
    setOpen(false);
  }, [path]);
  return (
    <div onClick={follow}>
      <a class="skip" href="#content" onClick={skip}>
        {say('Przejdź do treści', 'Skip to the content')}
      </a>
      <Top redraw={redraw} />
      <div class="body">
        <nav class="menu" aria-label={say('Główne menu', 'Main menu')}>
          <button
            type="button"
            class="menu-button"
            aria-expanded={open}
            aria-controls="menu"
            onClick={() => setOpen(!open)}
          >
            Menu
          </button>
          <div id="menu" class={open ? 'open' : ''}>
            {menuOf(me).map((group) => (
              <Group key={group.name} {...group} path={path} />
            ))}
          </div>
        </nav>
        <div>
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
      </div>
    </div>
  );
}

function Top({ redraw }: { redraw: () => void }): JSX.Element {
  const { me, leave } = useMe();
  const logOut = (): void => leaving(() => void post('/logout').then(leave, leave));
  return (
    <header class="top">
      <Brand />
      <div class="who">
        <a href="/me">
          <strong>{me.name}</strong>
          <span>{me.roles.map(tell).join(', ')}</span>
        </a>
        <Switches redraw={redraw} />
        <button type="button" onClick={logOut}>
          {say('Wyloguj', 'Log out')}
        </button>
      </div>
    </header>
  );
}

export const Brand = (): JSX.Element => (
  <a class="brand" href="/">
    <svg viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="currentColor" />
      <path d="M9 8v16M23 8v16M9 16h14" class="letter" />
    </svg>
    <span>
      Halina<small>{say('rejestr rozmów urzędu', 'call register of the office')}</small>
    </span>
  </a>
);

function Group({ name, pages, path }: MenuGroup & { path: string }): JSX.Element {
  const id = useId();
  return (
    <>
      <p class="group" id={id}>
        {name}
      </p>
      <ul aria-labelledby={id}>
        {pages.map((page) => (
          <li key={page.href}>
            <a href={page.href} {...(isHere(page.href, path) ? { 'aria-current': 'page' as const } : {})}>
              {page.name}
            </a>
          </li>
        ))}
      </ul>
    </>
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
