/** `halina audit`: who did what; anchors and their key. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Reply } from '../app/control-api.js';
import { locate } from '../app/where.js';
import { countArgument, timeArgument, type WrittenTime } from './arguments.js';
import { perform, print, withJson, type Common } from './perform.js';
import { columns, waitsText } from './format.js';
import type { Terminal } from './terminal.js';
import { formatTime, instantOf } from './zone.js';

interface AuditOptions extends Common {
  readonly event?: string;
  readonly actor?: string;
  readonly object?: string;
  readonly since?: WrittenTime;
  readonly until?: WrittenTime;
  readonly limit?: number;
  readonly cursor?: string;
}

export function addAudit(program: Command, terminal: Terminal): void {
  const audit = withJson(program.command('audit'))
    .description('list who did what, the newest first')
    .option('--event <name>', 'of this kind, e.g. playback')
    .option('--actor <id>', 'by this account, or system, command-line, unknown')
    .option('--object <id>', 'about this recording, request or account')
    .option('--since <time>', "then or later, in the office's zone", timeArgument)
    .option('--until <time>', 'before', timeArgument)
    .option('--limit <count>', '1 to 500', countArgument(1, 500), 50)
    .option('--cursor <cursor>', 'goes on where another list ended')
    .action(async ({ config, data, json, since, until, ...query }: AuditOptions) => {
      const where = await locate({ ...(config ? { config } : {}), ...(data ? { data } : {}) });
      const { zone } = where.config.office;
      const from = since ? { from: instantOf(since.wall, zone) } : {};
      const to = until ? { to: instantOf(until.wall, zone) } : {};
      const reply = await perform(where, 'audit', { ...query, ...from, ...to });
      print(terminal, { json: json ?? false }, reply, auditTable(reply, zone));
    });

  withJson(audit.command('anchor'))
    .description('make a signed anchor of the audit log now, and send it where anchors are sent')
    .option('--new-key', 'sign with a new key from now on; the old one vouches for it and is destroyed')
    .action(async ({ newKey = false }: { newKey?: boolean }, command: Command) => {
      const options = command.optsWithGlobals<Common>();
      const where = await locate(options);
      const reply = await perform(where, 'anchor', { newKey });
      const at =
        reply.at === undefined
          ? 'no anchor could be made'
          : `anchored ${formatTime(reply.at, where.config.office.zone)}`;
      print(terminal, options, reply, reply.key ? `${at}, by the new key ${reply.key}` : at);
      if (reply.at === undefined) terminal.failed();
    });
}

interface ExportOptions extends Common {
  readonly out: string;
  readonly reference: string;
  readonly recipient: string;
}

export function addExport(program: Command, terminal: Terminal): void {
  withJson(program.command('export'))
    .description('seal recordings with what proves them into one zip, for an authority or an applicant')
    .argument('<calls...>', 'ids of calls')
    .requiredOption('--out <zip>', 'the file to make')
    .requiredOption('--reference <text>', 'case sign or number of the request')
    .requiredOption('--recipient <text>', 'who gets it')
    .action(async (calls: string[], { out, reference, recipient, ...options }: ExportOptions) => {
      const request = { calls, path: resolve(out), reference, recipient };
      const reply = await perform(await locate(options), 'export', request);
      const text = 'pending' in reply ? waitsText(reply) : `${reply.path}\nSHA-256 ${reply.sha256}`;
      print(terminal, options, reply, text);
    });
}

function auditTable({ lines, next }: Reply<'audit'>, zone: string): string {
  if (lines.length === 0) return 'nothing on record';
  const rows = lines.map(({ seq, at, event, actor, role, object, facts, personal, erased }) => [
    String(seq),
    formatTime(at, zone),
    event,
    `${'id' in actor ? String(actor['id']) : actor.by}${role ? ` (${role})` : ''}`,
    object ? `${object.kind} ${object.id}` : '-',
    [...Object.entries({ ...facts, ...personal }).map(factText), ...erased.map((name) => `${name}=[erased]`)].join(' '),
  ]);
  const table = columns([['', 'at', 'event', 'by', 'about', ''], ...rows]);
  return next ? `${table}\nmore: --cursor ${next}` : table;
}

const factText = ([name, value]: [string, unknown]): string =>
  `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`;
