/** What the player shows: who speaks when, as a slider through the recording, under the listener's name. */
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { length, say, when } from '../language.js';
import { useMe } from '../me.js';

export interface Granted {
  readonly grant: string;
  readonly durationMs: number;
  readonly waveform?: { readonly outside: readonly number[]; readonly inside: readonly number[] };
}

interface PictureProps {
  readonly granted: Granted;
  readonly at: number;
  readonly seek: (seconds: number) => void;
  readonly keys: (event: KeyboardEvent) => void;
}

export function Picture({ granted, at, seek, keys }: PictureProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const all = granted.durationMs / 1000;
  useEffect(() => {
    if (canvas.current) draw(canvas.current, granted.waveform, all > 0 ? at / all : 0);
  });
  return (
    <canvas
      ref={canvas}
      tabIndex={0}
      role="slider"
      aria-label={say('Miejsce w nagraniu', 'Place in the recording')}
      aria-valuemin={0}
      aria-valuemax={Math.round(all)}
      aria-valuenow={Math.round(at)}
      aria-valuetext={`${length(at * 1000)} ${say('z', 'of')} ${length(granted.durationMs)}`}
      onKeyDown={keys}
      onClick={(event) => {
        const { left, width } = event.currentTarget.getBoundingClientRect();
        seek(((event.clientX - left) / width) * all);
      }}
    />
  );
}

function draw(canvas: HTMLCanvasElement, waveform: Granted['waveform'], played: number): void {
  const { width, height } = canvas.getBoundingClientRect();
  const dense = window.devicePixelRatio || 1;
  canvas.width = width * dense;
  canvas.height = height * dense;
  const pen = canvas.getContext('2d');
  if (!pen) return;
  const style = getComputedStyle(canvas);
  pen.scale(dense, dense);
  for (const [index, peaks] of [waveform?.outside ?? [], waveform?.inside ?? []].entries()) {
    const middle = height * (index === 0 ? 0.25 : 0.75);
    for (let x = 0; x < width; x++) {
      const [first, last] = [
        Math.floor((x * peaks.length) / width),
        Math.max(1, Math.floor(((x + 1) * peaks.length) / width)),
      ];
      const loud = Math.max(0, ...peaks.slice(first, Math.max(last, first + 1))) / 255;
      const tall = Math.max(1, loud * height * 0.46);
      pen.fillStyle = style.color;
      pen.globalAlpha = x / width <= played ? 1 : 0.35;
      pen.fillRect(x, middle - tall / 2, 1, tall);
    }
  }
  pen.globalAlpha = 1;
  pen.fillStyle = style.color;
  pen.fillRect(Math.min(width - 2, played * width), 0, 2, height);
}

export function Watermark(): JSX.Element {
  const { me } = useMe();
  const [since] = useState(Date.now);
  const text = `${me.name} · ${when(since)}`;
  return (
    <div class="watermark" aria-hidden="true">
      {Array.from({ length: 6 }, (_, index) => (
        <span key={index}>{text}</span>
      ))}
    </div>
  );
}
