/** The `halina` command as a function: from arguments to an exit status. */
import { Command, CommanderError } from 'commander';
import { errorMessage, HalinaError } from '../base/errors.js';
import { addCommands } from './commands.js';
import type { Terminal } from './terminal.js';

export const exitStatus = { done: 0, failed: 1, wrongUsage: 2 } as const;

/** Runs one command. Resolves with the exit status, when `start` was told to stop or another command is done. */
export async function runCommand(args: readonly string[], terminal: Omit<Terminal, 'failed'>): Promise<number> {
  let status: number = exitStatus.done;
  const program = new Command('halina')
    .description('SIP back-to-back user agent and call recorder for public offices')
    .addHelpText('after', '\nExit status: 0 done, 1 failed, 2 wrong usage. Settings: docs/configuration.md')
    .configureOutput({
      writeOut: (text) => terminal.print(text.trimEnd()),
      writeErr: (text) => terminal.complain(text.trimEnd()),
    })
    .exitOverride()
    .showHelpAfterError('(--help tells more)');
  addCommands(program, { ...terminal, failed: () => void (status = exitStatus.failed) });
  try {
    await program.parseAsync(args, { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitStatus.done : exitStatus.wrongUsage;
    terminal.complain(explain(error));
    return exitStatus.failed;
  }
}

/** Our own errors say what happened and what to do; any other is a fault of ours, with its stack. */
function explain(error: unknown): string {
  if (error instanceof HalinaError) return error.hint ? `${error.message}\n  ${error.hint}` : error.message;
  return error instanceof Error ? (error.stack ?? error.message) : errorMessage(error);
}
