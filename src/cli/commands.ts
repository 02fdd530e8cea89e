/** Every command of the command line: what it takes, what it does, how its answer looks. */
import { readFile } from 'node:fs/promises';
import { Option, type Command } from 'commander';
import { runChecks, type CheckReport } from '../app/check.js';
import { phases, type Request } from '../app/control-api.js';
import { runDemo } from '../app/demo/demo.js';
import { checkNetwork } from '../app/network/check-network.js';
import { runProgram } from '../app/run.js';
import { runSipServer } from '../app/sip-server.js';
import { locate, type Where } from '../app/where.js';
import { addBackup } from './backup-commands.js';
import { countArgument, sizeArgument, timeArgument, type WrittenTime } from './arguments.js';
import { NotRunning, ask } from './client.js';
import { callsTable, checkText, liveTable, planText, quotaText, reindexText, verifyText } from './format.js';
import { addGuards } from './guard-commands.js';
import { addAudit, addExport } from './audit-commands.js';
import { addHandset } from './handset-commands.js';
import { common, perform, print, withJson, type Common } from './perform.js';
import { performLong } from './progress-bar.js';
import { statusText } from './status-text.js';
import { addUser } from './user-commands.js';
import { addKeys, addSpool } from './vault-commands.js';
import type { Terminal } from './terminal.js';
import { instantOf } from './zone.js';

interface DryRun {
  readonly dryRun?: boolean;
}

const withDryRun = (command: Command): Command => command.option('--dry-run', 'say what would go, change nothing');

export function addCommands(program: Command, terminal: Terminal): void {
  addRunning(program, terminal);
  addSipServer(program);
  addCalls(program, terminal);
  addBudget(program, terminal);
  addCare(program, terminal);
  addGuards(program, terminal, perform, withJson);
  addAudit(program, terminal);
  addExport(program, terminal);
  addBackup(program, terminal);
  addHandset(program, terminal);
  addKeys(program, terminal);
  addSpool(program, terminal);
  addUser(program, terminal, async (options, request) => perform(await locate(options), 'people', request));
}

function addRunning(program: Command, terminal: Terminal): void {
  common(program.command('start'))
    .description('run Halina in the foreground')
    .action(async (options: Common) => runProgram(await locate(options, { secrets: true })));

  withJson(program.command('check'))
    .description('say what is wrong with the configuration and this machine, without starting anything')
    .option('--network', 'ask every trunk with OPTIONS, and say what the provider sees of this machine')
    .action(async (options: Common & { readonly network?: boolean }) => {
      const where = await locate(options, { mayBeBroken: true });
      const checked = await runChecks(where);
      const report = options.network && !checked.broken ? await withNetwork(where, checked) : checked;
      print(terminal, options, report, checkText(report));
      if (report.findings.some((one) => one.level === 'error')) terminal.failed();
    });

  withJson(program.command('status'))
    .description('how the running program stands: trunks, handsets, calls, disk, alarms, what was turned away')
    .action(async (options: Common) => {
      const where = await locate(options);
      const reply = await ask(where.data, 'status', {});
      print(terminal, options, reply, statusText(reply, where.config.office.zone));
    });

  withJson(program.command('demo'))
    .description('place a real call on loopback and record it')
    .action(async (options: Common) => {
      const { path } = await runDemo(options.data, (line) => {
        if (!options.json) terminal.print(line);
      });
      print(terminal, options, { path }, path);
    });
}

async function withNetwork(where: Where, checked: CheckReport): Promise<CheckReport> {
  const { network, findings } = await checkNetwork(where.config, async () => {
    try {
      return (await ask(where.data, 'probe', {})).trunks;
    } catch (error) {
      if (error instanceof NotRunning) return undefined;
      throw error;
    }
  });
  return { ...checked, network, findings: [...checked.findings, ...findings] };
}

function addSipServer(program: Command): void {
  program
    .command('sip-server')
    .description('run the SIP server alone, for drachtio-srf programs')
    .option('--address <ip>', 'where to listen for SIP', '127.0.0.1')
    .option('--port <port>', 'SIP port, UDP and TCP', '5060')
    .option('--transport <name...>', 'udp, tcp, tls, ws, wss', ['udp', 'tcp'])
    .option('--tls-port <port>', 'default 5061')
    .option('--ws-port <port>', 'default 5066')
    .option('--wss-port <port>', 'default 7443')
    .option('--certificate <file...>', 'PEM; the first is shown to who names no server, SIGHUP reads them again')
    .option('--key <file...>', 'PEM, of each certificate')
    .option('--trusted <file...>', 'PEM; whose signature on a peer’s certificate counts; default: the well-known ones')
    .addOption(new Option('--clients <certificate>', 'of those that connect').choices(['none', 'wanted', 'required']))
    .option('--external-address <ip>', 'the address that peers see')
    .option('--application <host:port>', 'where applications connect to', '127.0.0.1:9022')
    .option('--secret <secret>', 'what applications must say', 'cymru')
    .action(runSipServer);
}

interface CallsOptions extends Common, Omit<Request<'calls'>, 'phase' | 'from' | 'to'> {
  readonly state?: Request<'calls'>['phase'];
  readonly live?: boolean;
  readonly since?: WrittenTime;
  readonly until?: WrittenTime;
}

function addCalls(program: Command, terminal: Terminal): void {
  withJson(program.command('calls'))
    .description('list calls, the newest first')
    .option('--live', 'those that run now instead, internal ones too, with what each is doing')
    .option('--number <number>', 'of the outside party, E.164')
    .option('--number-end <digits>', 'its last digits, three or more')
    .option('--extension <extension>', 'of the employee')
    .option('--unit <unit>', 'of the office, that talked')
    .option('--trunk <trunk>', 'that it came or went by')
    .option('--held', 'only what something keeps from eviction')
    .option('--note <words>', 'parts of its note')
    .addOption(new Option('--direction <direction>', 'seen from the office').choices(['inbound', 'outbound']))
    .addOption(new Option('--state <state>', 'of its recording').choices(phases))
    .option('--since <time>', "began then or later, in the office's zone, e.g. 2026-03-23T08:00", timeArgument)
    .option('--until <time>', 'began before', timeArgument)
    .option('--limit <count>', '1 to 500', countArgument(1, 500), 50)
    .option('--cursor <cursor>', 'goes on where another list ended')
    .action(async ({ config, data, json, live, state, since, until, ...query }: CallsOptions) => {
      const where = await locate({ ...(config ? { config } : {}), ...(data ? { data } : {}) });
      const { zone } = where.config.office;
      if (live) {
        const reply = await ask(where.data, 'live', {});
        return print(terminal, { json: json ?? false }, reply, liveTable(reply, zone));
      }
      const from = since ? { from: instantOf(since.wall, zone) } : {};
      const to = until ? { to: instantOf(until.wall, zone) } : {};
      const reply = await perform(where, 'calls', { ...query, ...(state ? { phase: state } : {}), ...from, ...to });
      return print(terminal, { json: json ?? false }, reply, callsTable(reply, zone));
    });
}

function addBudget(program: Command, terminal: Terminal): void {
  withDryRun(withJson(program.command('quota')))
    .description('show the disk budget, or change it, in the configuration too')
    .argument('[size]', 'the new budget, e.g. 50GB', sizeArgument)
    .action(async (bytes: number | undefined, { dryRun = false, ...options }: Common & DryRun) => {
      const where = await locate(options);
      const reply = await perform(where, 'quota', { ...(bytes === undefined ? {} : { bytes }), dryRun });
      print(terminal, options, reply, quotaText(reply, where.config.office.zone));
    });

  withDryRun(withJson(program.command('evict')))
    .description('evict what the budget and storage.maxAge ask for, now')
    .action(async ({ dryRun = false, ...options }: Common & DryRun) => {
      const where = await locate(options);
      const reply = await perform(where, 'evict', { dryRun });
      print(terminal, options, reply, planText(reply, where.config.office.zone));
    });
}

function addCare(program: Command, terminal: Terminal): void {
  withJson(program.command('verify'))
    .description('compare journal, index, disk and audit log, and read every recording')
    .option('--no-hash', 'do not read the recordings')
    .option('--anchors <file>', 'anchors of the audit log that were kept on another machine')
    .action(async ({ hash, anchors, ...options }: Common & { hash: boolean; anchors?: string }) => {
      const outside = anchors ? { anchors: { name: anchors, text: await readFile(anchors, 'utf8') } } : {};
      const reply = await performLong(await locate(options), 'verify', { hash, ...outside });
      print(terminal, options, reply, verifyText(reply));
      if (reply.differences.length > 0) terminal.failed();
    });

  withJson(program.command('reindex'))
    .description('make the Redis index anew from the journal, and what that lacks from the recordings themselves')
    .action(async (options: Common) => {
      const reply = await performLong(await locate(options), 'reindex', {});
      print(terminal, options, reply, reindexText(reply));
      if (reply.lost.length > 0) terminal.failed();
    });
}
