/** Anchors by e-mail: at most one an hour, always the newest, since a later anchor covers everything that an earlier one did. */
import type { Clock, Timer } from '../base/clock.js';
import type { AnchorPlace } from './anchors.js';

const HOUR_MS = 3_600_000;

export interface MailPlaceOptions {
  readonly to: readonly string[];
  readonly send: (line: string) => Promise<void>;
  readonly clock: Clock;
}

/** A line that is held back goes out when the hour is over, or at the end; where that fails the next anchor says so. */
export function mailPlace({ to, send, clock }: MailPlaceOptions): AnchorPlace {
  let sentAt = -Infinity;
  let held: string | undefined;
  let timer: Timer | undefined;
  const now = async (line: string): Promise<void> => {
    held = line;
    await send(line);
    sentAt = clock.monotonic();
    if (held === line) held = undefined;
  };
  const rest = async (): Promise<void> => {
    timer?.cancel();
    timer = undefined;
    if (held !== undefined) await now(held);
  };
  return {
    name: `mail to ${to.join(', ')}`,
    async send(line) {
      const wait = sentAt + HOUR_MS - clock.monotonic();
      if (wait <= 0) return now(line);
      held = line;
      timer ??= clock.setTimer(wait, () => void rest().catch(() => undefined));
    },
    close: rest,
  };
}
