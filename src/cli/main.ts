#!/usr/bin/env node
/** The `halina` command. Exit status: 0 done, 1 failed, 2 wrong usage. */
import { Command, CommanderError } from 'commander';
import { ConfigError } from '../config/problems.js';
import { HalinaError, errorMessage } from '../base/errors.js';
import { addCommands } from './commands.js';

function explain(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  if (!(error instanceof HalinaError))
    return error instanceof Error ? (error.stack ?? error.message) : errorMessage(error);
  return error.hint ? `${error.message}\n  ${error.hint}` : error.message;
}

const program = new Command('halina')
  .description('SIP back-to-back user agent and call recorder for public offices')
  .exitOverride()
  .showHelpAfterError('(--help tells more)');
addCommands(program);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    console.error(explain(error));
    process.exitCode = 1;
  }
}
