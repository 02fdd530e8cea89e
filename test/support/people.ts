/** Accounts on a disk in memory, with a clock to turn and an audit log to look into, or to break. */
import { Accounts } from '../../src/accounts/accounts.js';
import type { Doer } from '../../src/accounts/book.js';
import { Passwords, COST } from '../../src/accounts/password.js';
import type { Role } from '../../src/accounts/roles.js';
import type { AuditEvent } from '../../src/audit/audit-log.js';
import { checkEvent } from '../../src/audit/events.js';
import { HalinaError } from '../../src/base/errors.js';
import { MemoryFiles } from './memory-files.js';
import { VirtualClock } from './virtual-clock.js';

/** Passwords that cost nothing: what they cost is tested where they are made. */
export const cheap = { ...COST, memoryCost: 64, timeCost: 1 };

/** Checks events as the real one does, keeps them, and refuses them all when it is `broken`. */
export class AuditBook {
  readonly events: AuditEvent[] = [];
  broken = false;

  append(event: AuditEvent): Promise<{ seq: number; hash: string }> {
    checkEvent(event);
    if (this.broken) return Promise.reject(new HalinaError('AUDIT_FAILED', 'the audit log can not be written'));
    this.events.push(event);
    return Promise.resolve({ seq: this.events.length, hash: '' });
  }

  names(): string[] {
    return this.events.map(({ event, facts }) => [event, ...Object.values(facts)].join(' '));
  }
}

export class Office {
  readonly files = new MemoryFiles();
  readonly clock = new VirtualClock(Date.UTC(2026, 2, 2, 9));
  readonly audit = new AuditBook();
  accounts!: Accounts;

  static async open(): Promise<Office> {
    const office = new Office();
    await office.files.makeFolder('/data/accounts');
    await office.start();
    return office;
  }

  async start(): Promise<void> {
    const { files, clock, audit } = this;
    const zone = 'Europe/Warsaw';
    const folder = '/data/accounts';
    const office = 'Urząd Miejski w Halinowie';
    const passwords = new Passwords(cheap);
    this.accounts = await Accounts.open({ files, clock, audit, zone, folder, office, passwords });
  }

  async restart(): Promise<void> {
    await this.accounts.close();
    await this.start();
  }

  /** An account that is there, by its login; roles go together only where the office has nobody to confirm them. */
  async add(login: string, roles: readonly Role[], by: Doer = commandLine): Promise<string> {
    const { account } = await this.accounts.create(by, { login, name: `Osoba ${login}`, roles });
    return account.id;
  }
}

export const commandLine: Doer = { actor: { by: 'command-line', uid: 0 } };
export const as = (id: string): Doer => ({ actor: { by: 'account', id }, source: '10.0.0.7' });
