/** Every command of the command line: what it takes, what it does, how its answer looks. */
import { Option, type Command } from 'commander';
import { runDemo } from '../app/demo/demo.js';
import { withOfflineControl } from '../app/offline.js';
import { runSipServer } from '../app/sip-server.js';
import { runProgram } from '../app/run.js';
import { runChecks } from '../app/check.js';
import type { CommandName, Reply, Request } from '../app/control-api.js';
import { HalinaError } from '../base/errors.js';
import { parseSize } from '../config/units.js';
import { NotRunning, ask } from './client.js';
import { callsTable, planText, quotaText } from './format.js';
import { locate, type Where } from '../app/where.js';

interface Common {
  readonly config?: string;
  readonly data?: string;
  readonly json?: boolean;
}

function common(command: Command): Command {
  return command
    .option('--config <file>', 'the configuration (default: config/halina.yaml, or the demo one)')
    .option('--data <folder>', 'the data folder (default: storage.data of the configuration)')
    .option('--json', 'print one JSON object');
}

/** Asks the running program; where none runs, does the work here, under the data folder's lock. */
async function perform<K extends CommandName>(where: Where, name: K, request: Request<K>): Promise<Reply<K>> {
  try {
    return await ask(where.data, name, request);
  } catch (error) {
    if (!(error instanceof NotRunning)) throw error;
    return withOfflineControl(where, (control) => control[name](request));
  }
}

function print(options: Common, value: unknown, text: string): void {
  console.log(options.json ? JSON.stringify(value) : text);
}

function sizeOf(text: string): number {
  const bytes = parseSize(text);
  if (bytes !== undefined) return bytes;
  throw new HalinaError('SIZE_INVALID', `${text} is no size`, { hint: 'write a number with its unit, e.g. 50GB' });
}

export function addCommands(program: Command): void {
  addRunning(program);
  addArchive(program);
}

function addRunning(program: Command): void {
  common(program.command('start').description('run Halina in the foreground')).action(async (options: Common) => {
    await runProgram(await locate(options));
  });
  common(
    program.command('check').description('read the configuration and say what is wrong, without starting anything'),
  ).action(async (options: Common) => {
    const report = await runChecks(await locate(options, { mayBeBroken: true }));
    print(
      options,
      report,
      report.findings.map((one) => `${one.level}: ${one.message}${one.hint ? `\n  ${one.hint}` : ''}`).join('\n') ||
        'all is well',
    );
    if (report.findings.some((one) => one.level === 'error')) process.exitCode = 1;
  });
  common(program.command('demo').description('place a real call on loopback and record it')).action(
    async (options: Common) => {
      const { path } = await runDemo(options.data, (line) => {
        if (!options.json) console.log(line);
      });
      print(options, { path }, path);
    },
  );
  program
    .command('sip-server')
    .description('run the SIP server alone, for drachtio-srf programs')
    .option('--address <ip>', 'where to listen for SIP', '127.0.0.1')
    .option('--port <port>', 'SIP port, UDP and TCP', '5060')
    .option('--external-address <ip>', 'the address that peers see')
    .option('--application <host:port>', 'where applications connect to', '127.0.0.1:9022')
    .option('--secret <secret>', 'what applications must say', 'cymru')
    .action(runSipServer);
}

function addArchive(program: Command): void {
  common(program.command('calls').description('list calls, the newest first'))
    .option('--number <number>', 'of the outside party, E.164')
    .option('--extension <extension>')
    .addOption(new Option('--direction <direction>').choices(['inbound', 'outbound']))
    .option('--since <date>', 'began then or later, e.g. 2026-03-23T08:00')
    .option('--until <date>', 'began before')
    .option('--limit <count>', '1 to 500', '50')
    .option('--cursor <cursor>', 'goes on where another list ended')
    .action(async (options: Common & Record<string, string>) => {
      const reply = await perform(await locate(options), 'calls', callsQuery(options));
      const more = reply.next ? `\nmore: --cursor ${reply.next}` : '';
      print(options, reply, callsTable(reply.calls) + more);
    });
  common(program.command('quota').description('show the disk budget, or change it').argument('[size]', 'e.g. 50GB'))
    .option('--dry-run', 'say what would go, change nothing')
    .action(async (size: string | undefined, options: Common & { dryRun?: boolean }) => {
      const bytes = size === undefined ? {} : { bytes: sizeOf(size) };
      const reply = await perform(await locate(options), 'quota', { ...bytes, dryRun: options.dryRun ?? false });
      print(options, reply, quotaText(reply));
    });
  common(program.command('evict').description('evict what the budget and maxAge ask for, now'))
    .option('--dry-run', 'say what would go, change nothing')
    .action(async (options: Common & { dryRun?: boolean }) => {
      const reply = await perform(await locate(options), 'evict', { dryRun: options.dryRun ?? false });
      print(options, reply, planText(reply));
    });
  common(program.command('verify').description('compare journal, index and disk; read every recording'))
    .option('--no-hash', 'do not read the recordings')
    .action(async (options: Common & { hash: boolean }) => {
      const reply = await perform(await locate(options), 'verify', { hash: options.hash });
      const lines = reply.differences.map(
        (one) => `${one.kind}: ${one.path ?? one.id ?? ''} ${one.what}\n  ${one.todo}`,
      );
      print(options, reply, lines.join('\n') || 'journal, index and disk agree');
      if (reply.differences.length > 0) process.exitCode = 1;
    });
  common(program.command('reindex').description('make the Redis index anew from the journal')).action(
    async (options: Common) => {
      const reply = await perform(await locate(options), 'reindex', {});
      print(options, reply, 'the index is made anew');
    },
  );
}

function callsQuery(options: Record<string, unknown>): Request<'calls'> {
  const text = (name: string): string | undefined => (typeof options[name] === 'string' ? options[name] : undefined);
  const time = (name: string): number | undefined => {
    const value = text(name);
    if (value === undefined) return undefined;
    const parsed = Date.parse(value);
    if (Number.isFinite(parsed)) return parsed;
    throw new HalinaError('TIME_INVALID', `${value} is no time`, { hint: 'write e.g. 2026-03-23 or 2026-03-23T08:00' });
  };
  const query = {
    number: text('number'),
    extension: text('extension'),
    direction: text('direction'),
    from: time('since'),
    to: time('until'),
    limit: Number(text('limit') ?? 50),
    cursor: text('cursor'),
  };
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)) as Request<'calls'>;
}
