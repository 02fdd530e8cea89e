/** What somebody who does not see the page has to be told: one region for all of it, which is there before there is anything to say. */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';

const EMPTY_MS = 100;

let show: (text: string) => void = () => {};

/** Said by a screen reader when it has time; seen by nobody. */
export const announce = (text: string): void => show(text);

export function Announcer(): JSX.Element {
  const [text, setText] = useState('');
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    // What is said twice is heard twice only if the region was empty in between.
    show = (next) => {
      setText('');
      clearTimeout(timer);
      timer = setTimeout(() => setText(next), EMPTY_MS);
    };
    return () => {
      clearTimeout(timer);
      show = () => {};
    };
  }, []);
  return (
    <p role="status" class="hidden">
      {text}
    </p>
  );
}
