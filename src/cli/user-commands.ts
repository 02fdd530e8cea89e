/** `halina user …`: who has an account. What opens recordings waits for the Secretary here too, once there is one. */
import type { Command } from 'commander';
import { roles, isRole, type Role } from '../accounts/roles.js';
import type { PeopleReply, PeopleRequest } from '../app/people-control.js';
import { HalinaError } from '../base/errors.js';
import type { Terminal } from './terminal.js';

interface Options {
  readonly config?: string;
  readonly data?: string;
  readonly json?: boolean;
  readonly name?: string;
  readonly role?: readonly string[];
  readonly reason?: string;
}

/** Asks the running program, or does it here. */
export type AskPeople = (options: Options, request: PeopleRequest) => Promise<PeopleReply>;

const uid = (): number => process.getuid?.() ?? 0;

function rolesOf(given: readonly string[] = []): Role[] {
  return given.map((one) => {
    if (isRole(one)) return one;
    throw new HalinaError('ROLE_UNKNOWN', `there is no role '${one}'`, { hint: `roles: ${roles.join(', ')}` });
  });
}

function text({ users, link, pending }: PeopleReply): string {
  const lines = users.map(({ login, name, roles: held, password, secondFactor, blocked }) => {
    const state = [
      blocked ? 'blocked' : '',
      password ? '' : 'no password yet',
      secondFactor ? 'second factor' : '',
    ].filter((one) => one !== '');
    return `${login}  ${name}  ${held.join(', ') || 'no role'}${state.length > 0 ? `  (${state.join(', ')})` : ''}`;
  });
  if (link) {
    const until = new Date(link.expiresAt).toISOString();
    lines.push(`set the password with this link, once, until ${until}: CONSOLE/link#${link.token}`);
  }
  if (pending) lines.push(`the Secretary has to confirm this in the console (action ${pending})`);
  return lines.length === 0 ? 'nobody has an account yet' : lines.join('\n');
}

export function addUser(program: Command, terminal: Terminal, ask: AskPeople): void {
  const user = program.command('user').description('who has an account of the console');
  const command = (name: string, what: string): Command =>
    user
      .command(name)
      .description(what)
      .option('--config <file>', 'the configuration (default: config/halina.yaml, or the demo one)')
      .option('--data <folder>', 'the data folder (default: storage.data of the configuration)')
      .option('--json', 'print one JSON object');
  const run = async (options: Options, request: PeopleRequest): Promise<void> => {
    const reply = await ask(options, request);
    terminal.print(options.json ? JSON.stringify(reply) : text(reply));
  };
  const needs = (what: string, value: string | undefined): string => {
    if (value !== undefined && value.trim() !== '') return value;
    throw new HalinaError('OPTION_MISSING', `say the ${what} with --${what}`);
  };

  command('list', 'all accounts').action((options: Options) => run(options, { do: 'list' }));
  command('add', 'make an account, and a link with which the person sets the password')
    .argument('<login>')
    .requiredOption('--name <name>', 'first name and surname')
    .requiredOption('--role <role...>', `one or more of ${roles.join(', ')}`)
    .action((login: string, options: Options) =>
      run(options, { do: 'add', uid: uid(), login, name: options.name ?? '', roles: rolesOf(options.role) }),
    );
  command('roles', 'give it just these roles')
    .argument('<login>')
    .requiredOption('--role <role...>', `one or more of ${roles.join(', ')}`)
    .requiredOption('--reason <text>', 'why')
    .action((login: string, options: Options) => {
      const reason = needs('reason', options.reason);
      return run(options, { do: 'roles', uid: uid(), login, roles: rolesOf(options.role), reason });
    });
  command('link', 'a new link with which the person sets the password')
    .argument('<login>')
    .action((login: string, options: Options) => run(options, { do: 'link', uid: uid(), login }));
  command('block', 'let it in no more')
    .argument('<login>')
    .requiredOption('--reason <text>', 'why')
    .action((login: string, options: Options) =>
      run(options, { do: 'block', uid: uid(), login, reason: needs('reason', options.reason) }),
    );
  command('unblock', 'let it in again')
    .argument('<login>')
    .action((login: string, options: Options) => run(options, { do: 'unblock', uid: uid(), login }));
  command('reset-second-factor', 'take the second factor away, for a lost telephone')
    .argument('<login>')
    .requiredOption('--reason <text>', 'why')
    .action((login: string, options: Options) =>
      run(options, { do: 'reset-second-factor', uid: uid(), login, reason: needs('reason', options.reason) }),
    );
}
