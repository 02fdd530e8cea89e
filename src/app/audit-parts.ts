/** The audit log as the program has it: where its anchors go, and what the program itself puts on record. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { AuditLog, type AuditEvent } from '../audit/audit-log.js';
import { filePlace, syslogPlace } from '../audit/anchor-places.js';
import { mailPlace } from '../audit/anchor-mail.js';
import type { AnchorPlace } from '../audit/anchors.js';
import type { AuditPort } from '../archive/ports.js';
import type { AlarmBell } from '../base/alarms.js';
import { systemClock } from '../base/clock.js';
import type { Log } from '../base/log.js';
import type { Config } from '../config/schema.js';
import type { FileStore } from '../journal/file-store.js';
import { sendMail } from '../ops/channels.js';
import type { Closers } from './closers.js';
import { mailOptions } from './mail-options.js';

const PACKAGE = resolve(import.meta.dirname, '../../../package.json');
const DAY_MS = 86_400_000;

export const SYSTEM = { by: 'system' } as const;
/** Who uses the command line. */
export const commandLine = (): { by: 'command-line'; uid: number } => ({
  by: 'command-line',
  uid: process.getuid?.() ?? 0,
});

function mailPlaces({ audit, alerts, office }: Config): AnchorPlace[] {
  const { anchorMail } = audit;
  if (!anchorMail || !alerts.mail) return [];
  const options = { ...mailOptions(alerts.mail, office.name), to: anchorMail };
  const send = (line: string): Promise<void> => sendMail(options, 'anchor of the audit log', mailText(line));
  return [mailPlace({ to: anchorMail, send, clock: systemClock })];
}

const mailText = (line: string): string =>
  `Keep this line where the office's administrators cannot change it. With it, \`halina verify --anchors FILE\` shows whether the audit log was changed.\n\n${line}`;

function placesOf(config: Config): AnchorPlace[] {
  const { anchorFile, anchorSyslog } = config.audit;
  const places = [...(anchorFile ? [filePlace(anchorFile)] : []), ...mailPlaces(config)];
  if (!anchorSyslog) return places;
  const { protocol, hostname, port } = new URL(anchorSyslog);
  const host = hostname.replace(/^\[|\]$/g, '');
  return [...places, syslogPlace({ protocol: protocol === 'tcp:' ? 'tcp' : 'udp', host, port: Number(port) })];
}

export async function openAudit(
  { config, data }: { readonly config: Config; readonly data: string },
  files: FileStore,
  alarms: AlarmBell,
  log: Log,
): Promise<AuditLog> {
  const { anchorEvery: anchorEveryMs, anchorEvents } = config.audit;
  const common = { data, files, clock: systemClock, log, alarms };
  return AuditLog.open({ ...common, places: placesOf(config), anchorEveryMs, anchorEvents });
}

/** What the archive needs of it. */
export const auditPort = (audit: AuditLog): AuditPort => ({
  append: (event) => audit.append(event),
  async forget(object, texts) {
    await audit.eraseDetails({ object, containing: texts }, { actor: SYSTEM, why: 'erasure' });
  },
});

/** Without waiting; a log that can't be written raises its own alarm. */
export function putOnRecord(audit: AuditLog, event: AuditEvent): void {
  audit.append(event).then(
    () => undefined,
    () => undefined,
  );
}

/** From here to the end: that the program runs, and that details past their term go. */
export async function accompany(audit: AuditLog, config: Config, log: Log, closers: Closers): Promise<void> {
  const process = { event: 'process', actor: SYSTEM } as const;
  const { version } = JSON.parse(await readFile(PACKAGE, 'utf8')) as { version: string };
  putOnRecord(audit, { ...process, facts: { what: 'started', version } });
  closers.add('the last word in the audit log', () =>
    audit.append({ ...process, facts: { what: 'stopped', version } }),
  );
  const forget = async (): Promise<void> => {
    const before = systemClock.now() - config.audit.keepDetails;
    const lines = await audit.eraseDetails({ before }, { actor: SYSTEM, why: 'term' });
    if (lines > 0) log.info({ lines }, 'personal details in the audit log are past their term and erased');
  };
  let timer = systemClock.setTimer(0, function daily() {
    timer = systemClock.setTimer(DAY_MS, daily);
    forget().catch((error: unknown) => log.error({ error: String(error) }, 'details past their term are still there'));
  });
  closers.add('term of details', () => timer.cancel());
}
