/** The road of a case, and where on it this one is. */
import type { JSX } from 'preact';
import { say } from '../language.js';

export const Stages = ({ names, here }: { names: readonly string[]; here: number }): JSX.Element => (
  <ol class="steps" aria-label={say('Etapy sprawy', 'Stages')}>
    {names.map((name, n) => (
      <li key={name} class={n < here ? 'done' : ''} {...(n === here ? { 'aria-current': 'step' as const } : {})}>
        {name}
        <span class="hidden">
          {n < here ? say(' (zrobione)', ' (done)') : n === here ? say(' (teraz)', ' (now)') : ''}
        </span>
      </li>
    ))}
  </ol>
);
