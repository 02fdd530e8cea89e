/** A program that answers on the control socket of a folder, with what a test tells it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '../../src/base/log.js';
import { commands, type CommandName, type Control } from '../../src/app/control-api.js';
import { ControlServer } from '../../src/app/control-server.js';

export interface RunningControl {
  /** The data folder. */
  readonly data: string;
  /** A configuration in it. */
  readonly config: string;
  /** What was asked, in order. */
  readonly asked: { readonly command: CommandName; readonly request: unknown }[];
  close(): Promise<void>;
}

const refuse = (): Promise<never> => Promise.reject(new Error('the test did not say what to answer'));

/** `answers`: only those commands that the test uses. */
export async function runningControl(answers: Partial<Control>): Promise<RunningControl> {
  const data = await mkdtemp(join(tmpdir(), 'halina-control-'));
  const config = join(data, 'halina.yaml');
  await writeFile(config, 'office: { zone: Europe/Warsaw }\nstorage: { maxAge: 30d }\n');
  const asked: RunningControl['asked'] = [];
  const commandNames = Object.keys(commands) as CommandName[];
  const all = { ...Object.fromEntries(commandNames.map((name) => [name, refuse])), ...answers };
  const noted = Object.fromEntries(
    Object.entries(all).map(([name, handler]) => {
      const command = name as CommandName;
      const answer = handler as (request: unknown) => Promise<unknown>;
      return [command, (request: unknown) => (asked.push({ command, request }), answer(request))];
    }),
  ) as unknown as Control;
  const server = await ControlServer.start(data, noted, silentLog);
  return {
    data,
    config,
    asked,
    async close() {
      await server.close();
      await rm(data, { recursive: true });
    },
  };
}
