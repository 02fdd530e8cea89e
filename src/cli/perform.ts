/** What the commands share: the common options, and where their work is done. */
import type { Command } from 'commander';
import type { CommandName, Reply, Request } from '../app/control-api.js';
import { withOfflineControl } from '../app/offline.js';
import type { Where } from '../app/where.js';
import { NotRunning, ask } from './client.js';
import type { Terminal } from './terminal.js';

export interface Common {
  readonly config?: string;
  readonly data?: string;
  readonly json?: boolean;
}

export function common(command: Command): Command {
  return command
    .option('--config <file>', 'the configuration (default: config/halina.yaml, or the demo one)')
    .option('--data <folder>', 'the data folder (default: storage.data of the configuration)');
}

export const withJson = (command: Command): Command => common(command).option('--json', 'print one JSON object');
/** Does a command, wherever the work is done. */
export type Asker = <K extends CommandName>(name: K, request: Request<K>) => Promise<Reply<K>>;

/** With the running program; where none runs, does the work here, under the data folder's lock. */
export async function performWith<T>(where: Where, work: (ask: Asker) => Promise<T>): Promise<T> {
  try {
    return await work((name, request) => ask(where.data, name, request));
  } catch (error) {
    if (!(error instanceof NotRunning)) throw error;
    return withOfflineControl(where, (control) => work((name, request) => control[name](request)));
  }
}

export const perform = <K extends CommandName>(where: Where, name: K, request: Request<K>): Promise<Reply<K>> =>
  performWith(where, (asker) => asker(name, request));

export function print(terminal: Terminal, options: Common, value: unknown, text: string): void {
  terminal.print(options.json ? JSON.stringify(value) : text);
}
