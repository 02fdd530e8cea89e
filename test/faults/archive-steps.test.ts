/**
 * Kills at named steps: a life in which everything happens to recordings that can happen, ended before every single
 * operation on the disk (which is after the one before it), by a kill and by a power cut that loses what was not synced.
 */
import { expect } from 'chai';
import type { CallId } from '../../src/base/brands.js';
import type { CallEntry } from '../../src/entry/call-entry.js';
import { diskBytes, openArchive, policy, recordCall } from '../support/archive-fixture.js';
import type { Fixture } from '../support/archive-fixture.js';
import { chance } from '../support/chance.js';
import { MasterKey } from '../../src/vault/master-key.js';
import { MemoryFiles } from '../support/memory-files.js';
import type { Operation } from '../support/memory-files.js';
import { VirtualClock } from '../support/virtual-clock.js';

const wish = { by: 'sekretarz', kind: 'request', reason: 'a request' } as const;
const QUOTA = 2_000_000;
const rules = { ...policy, quota: QUOTA };

/** What was acknowledged. */
interface Told {
  readonly recorded: Set<CallId>;
  readonly held: Set<CallId>;
  readonly released: Set<CallId>;
  readonly erased: Set<CallId>;
  noted?: CallId;
}

async function call(fixture: Fixture, told: Told): Promise<CallEntry> {
  const entry = await recordCall(fixture, 4);
  await fixture.archive.idle();
  if ((await fixture.archive.find(entry.id))?.state.phase === 'recorded') told.recorded.add(entry.id);
  return entry;
}

async function life(fixture: Fixture, told: Told): Promise<void> {
  const { archive } = fixture;
  const first = await call(fixture, told);
  const hold = await archive.hold(first.id, wish);
  told.held.add(first.id);
  const second = await call(fixture, told);
  await archive.annotate(second.id, { text: 'a note', by: 'sekretarz' });
  told.noted = second.id;
  const third = await call(fixture, told);
  const restriction = await archive.restrict(third.id, wish);
  told.held.add(third.id);
  await archive.setQuota(1000); // takes what nothing holds
  await archive.setQuota(QUOTA);
  await archive.release(third.id, restriction.id, wish);
  told.released.add(third.id);
  await archive.erase(third.id, { askedBy: 'a', confirmedBy: 'b', reason: 'an objection' });
  told.erased.add(third.id);
  await archive.release(first.id, hold.id, wish);
  told.released.add(first.id);
  await call(fixture, told);
  await archive.close();
}

type Options = Pick<NonNullable<Parameters<typeof openArchive>[0]>, 'policy' | 'master'>;

async function expectOrder(
  files: MemoryFiles,
  clock: VirtualClock,
  told: Told,
  where: string,
  options: Options,
): Promise<void> {
  const { archive } = await openArchive({ files, clock, ...options });
  await archive.idle();
  const differences: unknown[] = [];
  for await (const difference of archive.verify()) differences.push(difference);
  expect(differences, where).to.deep.equal([]);
  expect(archive.usage().used, where).to.equal(diskBytes(files));
  expect(diskBytes(files), where).to.be.at.most(QUOTA);
  for (const id of told.recorded) {
    const record = await archive.find(id);
    const stands = record?.guards?.some(({ released }) => !released) ?? false;
    if (told.held.has(id) && !told.released.has(id) && record?.state.phase === 'recorded') {
      // A release that was under way may have become durable without being acknowledged.
      const last = record.guards?.at(-1);
      expect(stands || last?.released !== undefined, `${where}: the hold on ${id}`).to.equal(true);
    }
    if (stands) expect(record?.state.phase, `${where}: held ${id}`).to.equal('recorded');
    if (told.erased.has(id)) expect(record?.state.phase, where).to.equal('erased');
    expect(record?.state.phase, `${where}: ${id}`).to.be.oneOf(['recorded', 'evicted', 'erased']);
    if (record?.state.phase !== 'recorded') continue;
    const restricted = record.guards?.some(({ effect, released }) => effect === 'restriction' && !released) ?? false;
    const reader = restricted ? undefined : await archive.open(id);
    if (reader) expect((await reader.read(0, 16)).length, `${where}: ${id}`).to.equal(16);
    await reader?.close();
  }
  const noted = told.noted && (await archive.find(told.noted));
  if (noted) expect(noted.note?.text, where).to.equal('a note');
  await archive.close();
}

describe('an archive that is ended at every step of a full life', () => {
  const cases = [false, true].flatMap((power) =>
    [undefined, new MasterKey(Buffer.alloc(32, 7))].map((master) => ({ power, master })),
  );
  for (const { power, master } of cases) {
    const sealed = master ? ', sealed' : '';
    it(`comes back whole ${power ? 'from a power cut' : 'from kill -9'}${sealed}`, async function () {
      this.timeout(240_000);
      const options = { policy: rules, ...(master ? { master } : {}) };
      const steps = new Map<string, number>();
      let kills = 0;
      for (let dead = true; dead;) {
        const files = new MemoryFiles();
        const clock = new VirtualClock();
        const told: Told = { recorded: new Set(), held: new Set(), released: new Set(), erased: new Set() };
        let last: Operation | undefined;
        files.crashBefore(kills + 1);
        const crash = files.onOperation;
        files.onOperation = (operation) => {
          if (!files.dead) last = operation;
          crash(operation);
        };
        try {
          await life(await openArchive({ files, clock, ...options }), told);
        } catch (error) {
          if (!files.dead) throw error;
        }
        dead = files.dead;
        if (!dead) break;
        kills += 1;
        const step = `${last?.name} ${last?.path.replace(/[0-9A-Z]{26}/, 'CALL')}`;
        steps.set(step, (steps.get(step) ?? 0) + 1);
        await expectOrder(
          files.afterCrash(power, chance(kills).next),
          clock,
          told,
          `kill ${kills} at ${step}`,
          options,
        );
      }
      expect(kills).to.be.greaterThan(200);
      const durable = [...steps.keys()].filter((step) => /^(write|sync|rename|remove|syncFolder|truncate) /.test(step));
      expect(durable.length, durable.join('\n')).to.be.greaterThan(20);
    });
  }
});
