/** `halina hold`, `restrict`, `release` and `erase`: what keeps a recording, and what takes it for good. */
import { userInfo } from 'node:os';
import { Option, type Command } from 'commander';
import type { CommandName, Reply, Request } from '../app/control-api.js';
import { locate, type Where } from '../app/where.js';
import { timeArgument, type WrittenTime } from './arguments.js';
import { columns, waitsText } from './format.js';
import type { Terminal } from './terminal.js';
import { formatTime, instantOf } from './zone.js';

interface Options {
  readonly config?: string;
  readonly data?: string;
  readonly json?: boolean;
}

interface HoldOptions extends Options {
  readonly reason?: string;
  readonly kind: Request<'hold'>['kind'];
  readonly until?: WrittenTime;
  readonly reference?: string;
}

type Perform = <K extends CommandName>(where: Where, name: K, request: Request<K>) => Promise<Reply<K>>;

/** The user of the operating system, as the journal and the audit log name it. */
export function whoAsks(): { by: string; uid: number } {
  const { username, uid } = userInfo();
  return { by: `cli:${username}`, uid: Math.max(0, uid) };
}

type Guard = Reply<'hold'>;

const guardText = ({ effect, id, kind, by, reason, until }: Guard, zone: string): string =>
  `${effect} ${id} (${kind}) by ${by}: ${reason}${until === undefined ? '' : `, until ${formatTime(until, zone)}`}`;

function heldText({ calls }: Reply<'held'>, zone: string): string {
  if (calls.length === 0) return 'nothing is held';
  const rows = calls.flatMap(({ id, startedAt, state, guards }) =>
    guards.map((guard) => [id, formatTime(startedAt, zone), state, guardText(guard, zone)]),
  );
  return columns([['call', 'began', 'recording', 'held by'], ...rows]);
}

export function addGuards(
  program: Command,
  terminal: Terminal,
  perform: Perform,
  withJson: (command: Command) => Command,
): void {
  const show = (options: Options, value: unknown, text: string): void =>
    terminal.print(options.json ? JSON.stringify(value) : text);

  const place = (effect: Guard['effect']) => async (id: string | undefined, options: HoldOptions) => {
    const where = await locate(options);
    const { zone } = where.config.office;
    if (id === undefined) {
      const reply = await perform(where, 'held', {});
      return show(options, reply, heldText(reply, zone));
    }
    const { kind, reason = '', reference, until } = options;
    const end = until ? { until: instantOf(until.wall, zone) } : {};
    const wish = { kind, reason, ...end, ...(reference === undefined ? {} : { reference }), ...whoAsks() };
    const reply = await perform(where, 'hold', { id, effect, ...wish });
    return show(options, reply, guardText(reply, zone));
  };

  for (const [name, effect, what] of [
    ['hold', 'hold', 'keep a recording from eviction and erasure; without a call: list what is held'],
    ['restrict', 'restriction', 'as hold, and nobody may hear the recording (GDPR art. 18)'],
  ] as const) {
    withJson(program.command(name))
      .description(what)
      .argument('[call]', 'its id, as `halina calls --json` tells it')
      .option('--reason <text>', 'why; it is recorded')
      .addOption(
        new Option('--kind <kind>', 'whose wish it is')
          .choices(['request', 'administrator', 'authority'])
          .default('administrator'),
      )
      .option('--until <time>', "when it ends by itself, in the office's zone", timeArgument)
      .option('--reference <text>', 'the case sign')
      .action(place(effect));
  }

  withJson(program.command('release'))
    .description('release a hold or a restriction')
    .argument('<call>', 'its id')
    .argument('[hold]', 'the id of the hold, where there are several')
    .requiredOption('--reason <text>', 'why; it is recorded')
    .action(async (id: string, guard: string | undefined, options: Options & { readonly reason: string }) => {
      const where = await locate(options);
      const which = guard === undefined ? {} : { guard };
      const reply = await perform(where, 'release', { id, ...which, reason: options.reason, ...whoAsks() });
      const text = 'pending' in reply ? waitsText(reply) : `released: ${guardText(reply, where.config.office.zone)}`;
      show(options, reply, text);
    });

  withJson(program.command('erase'))
    .description('erase a call for good: the sound, and everything that tells who it was with')
    .argument('<call>', 'its id')
    .requiredOption('--reason <text>', 'why; it is recorded')
    .option('--confirmed-by <person>', 'the second person, where no Secretary has an account to confirm it')
    .option('--basis <text>', 'the legal basis, e.g. "art. 17(1)(c) GDPR"')
    .option('--reference <text>', 'the case sign')
    .action(eraseAction(perform, show));
}

interface EraseOptions extends Options {
  readonly reason: string;
  readonly confirmedBy?: string;
  readonly basis?: string;
  readonly reference?: string;
}

function eraseAction(perform: Perform, show: (options: Options, value: unknown, text: string) => void) {
  return async (id: string, options: EraseOptions): Promise<void> => {
    const { reason, confirmedBy, basis, reference } = options;
    const { by, uid } = whoAsks();
    const about = { ...(basis === undefined ? {} : { basis }), ...(reference === undefined ? {} : { reference }) };
    const second = confirmedBy === undefined ? {} : { confirmedBy };
    const wish = { id, askedBy: by, ...second, reason, uid, ...about };
    const reply = await perform(await locate(options), 'erase', wish);
    const done = `call ${id} is erased: that it was stays, its sound and its parties are gone`;
    show(options, reply, reply.pending === undefined ? done : waitsText({ pending: reply.pending }));
  };
}
