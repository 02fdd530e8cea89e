/** The console as a whole: its routes, sessions, grants and events, over the doors of the other rooms. */
import type { Redis } from 'ioredis';
import type { Accounts } from '../accounts/accounts.js';
import { mayEver } from '../accounts/judge.js';
import type { Archive } from '../archive/archive.js';
import type { AuditLog } from '../audit/audit-log.js';
import type { Clock } from '../base/clock.js';
import { errorMessage } from '../base/errors.js';
import type { Log } from '../base/log.js';
import type { ConsoleSettings } from '../config/console.js';
import type { AccessRequests } from '../requests/access-requests.js';
import type { Disclosures } from '../requests/disclosures.js';
import type { Listening } from '../requests/listening.js';
import type { Letters } from '../requests/papers/letters.js';
import { ConsoleServer } from './console-server.js';
import type { Telephony } from './doors.js';
import { EventHub } from './events/hub.js';
import { LiveFeed } from './events/live-feed.js';
import { Idempotency } from './frame/idempotency.js';
import type { Info } from './frame/openapi.js';
import type { Route } from './frame/route.js';
import { Grants, type Grant, type WhyEnded } from './listening/grants.js';
import { ListeningSessions } from './listening/sessions.js';
import { accountRoutes } from './routes/accounts.js';
import { auditRoutes } from './routes/audit.js';
import { callRoutes } from './routes/calls.js';
import { disclosureRoutes } from './routes/disclosures.js';
import { eventRoutes } from './routes/events.js';
import { handsetRoutes, type HandsetDoor } from './routes/handsets.js';
import { holdRoutes } from './routes/holds.js';
import { letterRoutes } from './routes/letters.js';
import { ownRoutes } from './routes/own.js';
import { promptRoutes, type PromptDoor } from './routes/prompts.js';
import { quotaRoutes, type QuotaDoor } from './routes/quota.js';
import { recordingRoutes } from './routes/recordings.js';
import { requestRoutes } from './routes/requests/routes.js';
import { reportRoutes, type ReportsDoor } from './routes/reports.js';
import type { RoutingDoor } from './routes/routing-door.js';
import { routingRoutes } from './routes/routing.js';
import { sessionRoutes } from './routes/session.js';
import { termRoutes } from './routes/terms.js';
import { todayRoutes } from './routes/today.js';
import { trialRoutes, type TrialDoor } from './routes/trials.js';
import { trunkRoutes, type TrunkDoor } from './routes/trunks.js';
import { watchingRoutes, type AlertDoor } from './routes/watching.js';
import { Endings, endsSessions } from './sessions/endings.js';
import { SessionStore } from './sessions/session-store.js';

export interface OfficeParts {
  readonly settings: ConsoleSettings;
  /** Folder of the built pages. */
  readonly pages: string;
  readonly info: Info;
  /** A Redis hash tag. */
  readonly tag: string;
  readonly redis: () => Redis | undefined;
  readonly archive: Archive;
  readonly accounts: Accounts;
  readonly requests: AccessRequests;
  readonly disclosures: Disclosures;
  readonly letters: Letters;
  /** The rules of hearing. */
  readonly listening: Listening;
  readonly zone: string;
  /** Its name. */
  readonly office: string;
  readonly audit: AuditLog;
  readonly telephony: Telephony;
  readonly quota: QuotaDoor;
  readonly handsets: HandsetDoor;
  readonly reports: ReportsDoor;
  readonly prompts: PromptDoor;
  readonly routing: RoutingDoor;
  readonly trunks: TrunkDoor;
  readonly trials: TrialDoor;
  readonly alerts: AlertDoor;
  readonly clock: Clock;
  readonly log: Log;
}

export class OfficeConsole {
  private constructor(
    private readonly server: ConsoleServer,
    private readonly closing: readonly { close(): void | Promise<void> }[],
  ) {}

  /** Rejects with `CONSOLE_FAILED`. */
  static async start(parts: OfficeParts): Promise<OfficeConsole> {
    const { clock, log, accounts, audit, redis, tag, settings } = parts;
    const sessions = new SessionStore(redis, tag, { idle: settings.idle, absolute: settings.longest }, clock);
    const grants = new Grants(clock, (grant, why) => void noteEnd(parts, grant, why));
    const hub = new EventHub(clock, async ({ person, session, topics }) => {
      const now = accounts.person(person);
      const sees = now !== undefined && !now.owesSecondFactor && mayEver(now, 'live.see');
      const may = now !== undefined && (!topics.has('live') || sees);
      return may && (await sessions.isOpen({ id: session, person }));
    });
    const { requests } = parts;
    const people = (id: string) => accounts.person(id);
    const listening = new ListeningSessions({ requests, grants, people, clock, log });
    sessions.onEnded((session) => {
      grants.endSession(session);
      listening.browserEnded(session);
      hub.endSession(session);
    });
    const endings = new Endings(sessions, grants, log);
    accounts.onChange((account, what) => {
      endings.changed(account, what);
      listening.changed(account, what);
      // Their pages ask anew who they are: the menu follows what they may. Not in a session that ends: its page, which may be
      // about to get another, would take the refusal for a log-out.
      if (!endsSessions(what)) hub.publish('tasks', 'rights', {}, account);
    });
    const feed = new LiveFeed(hub, parts.telephony, clock, log);
    const closing = [listening, feed, hub, grants];
    try {
      const server = await ConsoleServer.start({
        settings,
        sessions,
        audit,
        log,
        pages: parts.pages,
        info: parts.info,
        people,
        idempotency: new Idempotency(redis, tag),
        routes: routesOf(parts, { sessions, grants, hub, endings, listening }),
      });
      return new OfficeConsole(server, closing);
    } catch (error) {
      for (const one of closing) await one.close();
      throw error;
    }
  }

  get url(): string {
    return this.server.url;
  }

  async close(): Promise<void> {
    for (const one of this.closing) await one.close();
    await this.server.close();
  }
}

interface Inner {
  readonly sessions: SessionStore;
  readonly grants: Grants;
  readonly hub: EventHub;
  readonly endings: Endings;
  readonly listening: ListeningSessions;
}

/** Every route of the console. */
export function routesOf(parts: OfficeParts, { sessions, grants, hub, endings, listening }: Inner): Route[] {
  const { archive, accounts, audit, clock, log } = parts;
  const { actions, terms, signIn } = accounts;
  return [
    ...sessionRoutes({ signIn, sessions }),
    ...ownRoutes({ accounts, sessions, endings }),
    ...todayRoutes(parts.telephony),
    ...eventRoutes(hub),
    ...callRoutes(archive),
    ...recordingRoutes({ archive, grants, hearing: parts.listening, listening, clock, log }),
    ...holdRoutes({ archive, actions }),
    ...auditRoutes(audit),
    ...accountRoutes(accounts),
    ...termRoutes(accounts, archive),
    ...handsetRoutes(parts.handsets, terms, parts.telephony),
    ...quotaRoutes(parts.quota, actions),
    ...requestRoutes({ ...parts, listening, people: () => accounts.people() }),
    ...disclosureRoutes(parts),
    ...reportRoutes(parts.reports),
    ...promptRoutes(parts.prompts),
    ...routingRoutes(parts.routing),
    ...trunkRoutes(parts.trunks),
    ...trialRoutes(parts.trials, parts.archive),
    ...letterRoutes(parts.letters),
    ...watchingRoutes(parts),
  ];
}

/** That it ended is on record; where that cannot be written it has ended all the same. */
async function noteEnd({ audit, log }: OfficeParts, grant: Grant, why: WhyEnded): Promise<void> {
  try {
    await audit.append({
      event: 'grant',
      actor: { by: 'account', id: grant.person },
      role: grant.role,
      object: { kind: 'recording', id: grant.call },
      facts: { outcome: why, grant: grant.id },
    });
  } catch (error) {
    log.error({ grant: grant.id, error: errorMessage(error) }, 'the end of a grant is not in the audit log');
  }
}
