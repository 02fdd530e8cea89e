/** What watches over the program, put together: figures and health over HTTP, alerts to people. */
import type { Archive } from '../archive/archive.js';
import type { AuditLog } from '../audit/audit-log.js';
import type { Alarms } from '../base/alarms.js';
import { systemClock } from '../base/clock.js';
import { errorMessage } from '../base/errors.js';
import type { Log } from '../base/log.js';
import type { Config } from '../config/schema.js';
import type { AlertDoor } from '../console/routes/watching.js';
import { readSecret } from '../config/secrets.js';
import { Alerts } from '../ops/alerts.js';
import type { Channel } from '../ops/alerts.js';
import { mailChannel, webhookChannel } from '../ops/channels.js';
import type { Facts } from '../ops/facts.js';
import type { Stage } from '../ops/health.js';
import { LoopLag } from '../ops/loop-lag.js';
import { Metrics } from '../ops/metrics.js';
import { OpsServer } from '../ops/ops-server.js';
import type { Closers } from './closers.js';
import type { Liveness } from './liveness.js';
import { mailOptions } from './mail-options.js';
import { statusOf } from './status.js';
import type { StatusParts } from './status.js';

export interface OpsParts {
  readonly status: StatusParts;
  readonly archive: Pick<Archive, 'work' | 'usage'>;
  readonly audit: Pick<AuditLog, 'anchoredAt'>;
  readonly liveness: Pick<Liveness, 'reasons'>;
  readonly metrics: Metrics;
  readonly stage: () => Stage;
}

async function factsOf({ status, archive, audit }: OpsParts): Promise<Facts> {
  const { calls, trunks, handsets, backup, alarms, counters } = await statusOf(status);
  const { following, ...work } = archive.work;
  const up = { up: true, down: false, unknown: undefined };
  const { authentication, guard, admission = {}, sip = {} } = counters;
  return {
    calls,
    trunks: trunks.map((trunk) => ({ name: trunk.name, up: up[trunk.health], calls: trunk.calls })),
    handsets: {
      configured: handsets.length,
      registered: handsets.filter(({ contacts }) => contacts.length > 0).length,
    },
    archive: { ...archive.usage(), ...work },
    redis: { following },
    anchoredAt: audit.anchoredAt,
    backup: backup && { lastAt: backup.lastAt, failed: backup.failure !== undefined },
    alarms: alarms.map(({ code, subject }) => ({ code, subject })),
    counters: { authentication, guard, admission, sip },
  };
}

/** Figures and health, where they are wanted. */
export async function startOpsServer(
  { ops }: Pick<Config, 'ops'>,
  parts: OpsParts,
  log: Log,
  closers: Closers,
): Promise<OpsServer | undefined> {
  if (!ops.http) return undefined;
  const lag = new LoopLag();
  const server = await OpsServer.start({
    address: ops.http.address,
    port: ops.http.port,
    clock: systemClock,
    log,
    facts: () => factsOf(parts),
    stage: parts.stage,
    loopLagMs: () => lag.worstMs,
    silent: () => parts.liveness.reasons,
    metrics: parts.metrics,
  });
  closers.add('figures and health', async () => {
    lag.close();
    await server.close();
  });
  return server;
}

/** What the console shows of the channels, and tries. */
export function alertDoor(config: Pick<Config, 'alerts' | 'office'>): AlertDoor {
  const { mail, webhook, atMost, after } = config.alerts;
  const alarm = { code: 'TEST', subject: 'console', message: 'this is a test: nothing is wrong', since: 0 };
  return {
    view: () => ({
      ...(mail ? { mail: { server: mail.server, from: mail.from, to: mail.to } } : {}),
      ...(webhook ? { webhook: { host: new URL(webhook.url).host, signed: webhook.secret !== undefined } } : {}),
      atMost,
      afterMs: after,
    }),
    test: () =>
      Promise.all(
        channelsOf(config).map(async (channel) => {
          try {
            await channel.tell([{ status: 'raised', alarm: { ...alarm, since: systemClock.now() } }]);
            return { channel: channel.name };
          } catch (error) {
            return { channel: channel.name, failure: errorMessage(error) };
          }
        }),
      ),
  };
}

function channelsOf({ alerts, office }: Pick<Config, 'alerts' | 'office'>): Channel[] {
  const { mail, webhook } = alerts;
  const channels: Channel[] = [];
  if (mail) channels.push(mailChannel(mailOptions(mail, office.name)));
  if (webhook) {
    const secret = webhook.secret === undefined ? {} : { secret: readSecret(webhook.secret) };
    channels.push(webhookChannel({ url: webhook.url, ...secret, office: office.name, nearby: webhook.nearby }));
  }
  return channels;
}

/** Alarms are told to people from here on, where that is configured. */
export function startAlerts(
  config: Pick<Config, 'alerts' | 'office'>,
  alarms: Alarms,
  log: Log,
  closers: Closers,
): void {
  const { atMost, after } = config.alerts;
  for (const channel of channelsOf(config)) {
    const alerts = new Alerts({ channel, clock: systemClock, log, atMost, afterMs: after });
    alarms.listen({ raised: (alarm) => alerts.raised(alarm), cleared: (alarm) => alerts.cleared(alarm) });
    closers.add(`alerts by ${channel.name}`, () => alerts.close());
  }
}
