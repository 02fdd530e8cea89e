/** Access requests on a disk in memory, with people, an archive that notes its holds, and papers that are plain text. */
import type { Person } from '../../src/accounts/judge.js';
import type { Guard, GuardWish, ReleaseWish } from '../../src/archive/guards.js';
import type { AuditEvent } from '../../src/audit/audit-log.js';
import { noAlarms } from '../../src/base/alarms.js';
import { silentLog } from '../../src/base/log.js';
import { AccessRequests } from '../../src/requests/access-requests.js';
import type { Action, Acted } from '../../src/requests/access-requests.js';
import type { RequestRecord } from '../../src/requests/records.js';
import { MemoryFiles } from './memory-files.js';
import { AuditBook, as } from './people.js';
import { call, form, monday, people } from './requests.js';
import type { Who } from './requests.js';
import { VirtualClock } from './virtual-clock.js';

/** Keeps holds as the archive does, as far as requests can see. */
export class HoldBook {
  readonly all: (Guard & { readonly call: string })[] = [];
  broken = false;

  hold(call: string, wish: GuardWish): Promise<Guard> {
    if (this.broken) return Promise.reject(new Error('the archive can not write'));
    const { kind, reason, reference, until, by } = wish;
    const more = { ...(reference === undefined ? {} : { reference }), ...(until === undefined ? {} : { until }) };
    const guard = { call, id: `h${this.all.length + 1}`, effect: 'hold' as const, kind, by, reason, at: 0, ...more };
    this.all.push(guard);
    return Promise.resolve(guard);
  }

  release(_call: string, id: string, { by, reason }: ReleaseWish): Promise<Guard> {
    const index = this.all.findIndex((guard) => guard.id === id);
    const guard = this.all[index];
    if (!guard || guard.released) throw new Error(`no such hold: ${id}`);
    this.all[index] = { ...guard, released: { at: 0, by, reason } };
    return Promise.resolve(guard);
  }

  guards = (call: string): Promise<Guard[]> => Promise.resolve(this.all.filter((guard) => guard.call === call));

  /** Calls that are held now. */
  get held(): string[] {
    return this.all.filter(({ released }) => !released).map((guard) => guard.call);
  }
}

export const personOf = (who: Who, more: Partial<Person> = {}): Person => {
  const { account, roles, units, extensions, ...rest } = people[who];
  const number = 'authorisation' in rest ? rest.authorisation : undefined;
  const authorisation = number === undefined ? {} : { authorisation: { id: number, number } };
  return { id: account, login: account, name: `Osoba ${account}`, roles, units, extensions, ...authorisation, ...more };
};

export class RequestOffice {
  readonly files = new MemoryFiles();
  readonly clock = new VirtualClock(monday);
  readonly holds = new HoldBook();
  readonly book = new AuditBook();
  readonly erased: string[] = [];
  readonly ended: string[] = [];
  papersBroken = false;
  requests!: AccessRequests;

  static async open(): Promise<RequestOffice> {
    const office = new RequestOffice();
    await office.files.makeFolder('/data/requests');
    await office.files.makeFolder('/data/letters');
    await office.start();
    return office;
  }

  async start(): Promise<void> {
    const { files, clock, holds } = this;
    const audit = {
      append: (event: AuditEvent) => this.book.append(event),
      eraseDetails: ({ object }: { object?: { id?: string } }) => Promise.resolve(this.erased.push(object?.id ?? '')),
    };
    const papers = {
      make: (paper: string) =>
        this.papersBroken ? Promise.reject(new Error('no font')) : Promise.resolve(Buffer.from(`%PDF-${paper}`)),
    };
    const folders = { folder: '/data/requests', letters: '/data/letters' };
    const sealCopy = () => Promise.resolve({ sha256: 'c0', bytes: 2 });
    const options = {
      files,
      clock,
      sealCopy,
      audit,
      archive: holds,
      papers,
      log: silentLog,
      alarms: noAlarms,
      ...folders,
    };
    this.requests = await AccessRequests.open(options);
    this.requests.onGrantsEnd(({ request }) => this.ended.push(request));
  }

  async restart(): Promise<void> {
    await this.requests.close();
    await this.start();
  }

  async file(more: Partial<Parameters<AccessRequests['file']>[2]> = {}): Promise<string> {
    const given = { kind: 'ordinance' as const, receivedOn: '2026-03-02', form: form(), ...more };
    return must(await this.requests.file(as('front'), personOf('front'), given)).id;
  }

  act(id: string, who: Who, action: Action): Promise<Acted> {
    return this.requests.act(as(who), personOf(who), id, action);
  }

  async do(id: string, who: Who, action: Action): Promise<RequestRecord> {
    return must(await this.act(id, who, action));
  }

  async toDecision(): Promise<string> {
    const id = await this.file();
    await this.do(id, 'front', { type: 'match', calls: [call()], participation: 'sprawdzono' });
    await this.do(id, 'dpo', { type: 'give-opinion', on: { of: 'dpo' }, verdict: 'for', reasons: 'x' });
    await this.do(id, 'head', { type: 'give-opinion', on: { of: 'unit', unit: 'USC' }, verdict: 'for', reasons: 'x' });
    return id;
  }

  phase = (id: string): string | undefined => this.requests.find(id)?.request.state.phase;
}

function must(acted: Acted): RequestRecord {
  if ('refused' in acted) throw new Error(`${acted.refused.code}: ${acted.refused.message}`);
  return acted.record;
}
