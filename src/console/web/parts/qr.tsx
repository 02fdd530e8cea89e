/** A QR code, drawn. */
import type { JSX } from 'preact';

export function Qr({ rows, name }: { rows: readonly string[]; name: string }): JSX.Element {
  const path = rows
    .flatMap((row, y) => row.split('').flatMap((square, x) => (square === '1' ? [`M${x} ${y}h1v1h-1z`] : [])))
    .join('');
  return (
    <p class="qr">
      <svg viewBox={`0 0 ${rows.length} ${rows.length}`} role="img" aria-label={name} shape-rendering="crispEdges">
        <path d={path} fill="#000" />
      </svg>
    </p>
  );
}
