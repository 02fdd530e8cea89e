import { expect } from 'chai';
import fc from 'fast-check';
import { HalinaError } from '../../../src/base/errors.js';
import { Journal } from '../../../src/journal/journal.js';
import type { LinePlace } from '../../../src/journal/journal.js';
import { MemoryFiles, systemError } from '../../support/memory-files.js';

const PATH = '/data/journal/test.journal';

/** A keeper of state: what every key was last said to be, and where that stands. */
class Keeper {
  readonly values = new Map<string, { value: string; place: { seq: number; offset: number; length: number } }>();
  readonly seen: string[] = [];

  readonly listen = (place: LinePlace, payload: Buffer): void => {
    const text = payload.toString();
    const [key = '', value = ''] = text.split('=');
    this.seen.push(text);
    this.values.delete(key);
    this.values.set(key, { value, place: { ...place } });
  };

  live(): LinePlace[] {
    return [...this.values.values()].map(({ place }) => place);
  }

  compact(journal: Journal): Promise<number> {
    return journal.compact(this.live(), (relocate) => {
      for (const { place } of this.values.values()) place.offset = relocate(place.offset);
    });
  }

  state(): Record<string, string> {
    return Object.fromEntries([...this.values].map(([key, { value }]) => [key, value]));
  }
}

async function opened(files: MemoryFiles): Promise<{ journal: Journal; keeper: Keeper }> {
  await files.makeFolder('/data/journal');
  const keeper = new Keeper();
  const journal = await Journal.open({ files, path: PATH, name: 'test', version: 1 }, keeper.listen);
  return { journal, keeper };
}

async function rejection(promise: Promise<unknown>): Promise<HalinaError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).to.be.instanceOf(HalinaError);
  return error as HalinaError;
}

describe('the journal', () => {
  it('hands back, in order, what was appended before it was opened again', async () => {
    const files = new MemoryFiles();
    const first = await opened(files);
    await first.journal.append('a=1');
    await Promise.all([first.journal.append('b=2'), first.journal.append('a=3')]);
    await first.journal.close();

    const second = await opened(files);
    expect(second.keeper.seen).to.deep.equal(['a=1', 'b=2', 'a=3']);
    expect(second.journal.id).to.equal(first.journal.id);
    expect(second.journal.lastSeq).to.equal(first.journal.lastSeq);
    expect(second.journal.size).to.equal(files.bytes());
  });

  it('syncs many appends together', async () => {
    const files = new MemoryFiles();
    const { journal } = await opened(files);
    let syncs = 0;
    files.onOperation = ({ name }) => void (syncs += name === 'sync' ? 1 : 0);
    await Promise.all(Array.from({ length: 500 }, (_, i) => journal.append(`k${i}=v`)));
    expect(syncs).to.be.at.most(2);
  });

  it('tells the keeper of a line before its append resolves, and not before it is durable', async () => {
    const files = new MemoryFiles();
    const { journal, keeper } = await opened(files);
    let seenAtSync = -1;
    files.onOperation = ({ name }) => void (name === 'sync' && (seenAtSync = keeper.seen.length));
    await journal.append('a=1');
    expect(seenAtSync).to.equal(0);
    expect(keeper.seen).to.deep.equal(['a=1']);
  });

  it('reads a line again by its place, and refuses one that was changed', async () => {
    const files = new MemoryFiles();
    const { journal } = await opened(files);
    const place = await journal.append('a=łódź');
    expect((await journal.read(place)).toString()).to.equal('a=łódź');
    const bytes = Buffer.from(files.content(PATH) ?? '');
    bytes[place.offset + place.length - 2] = 0x21;
    files.put(PATH, bytes);
    const again = await opened(files);
    expect((await rejection(again.journal.read(place))).code).to.equal('JOURNAL_DAMAGED');
  });

  it('takes no line that would not be read again as it was', async () => {
    const { journal } = await opened(new MemoryFiles());
    for (const text of ['a\nb', '#checkpoint {}']) expect(() => journal.append(text)).to.throw(TypeError);
  });

  it('refuses the journal of something else', async () => {
    const files = new MemoryFiles();
    await (await opened(files)).journal.close();
    const other = Journal.open({ files, path: PATH, name: 'audit', version: 1 }, () => undefined);
    expect((await rejection(other)).code).to.equal('JOURNAL_FOREIGN');
  });

  for (const [what, cut] of [
    ['in the middle of its last line', 3],
    ['just before its last line break', 1],
  ] as const) {
    it(`cuts off a journal that ends ${what}`, async () => {
      const files = new MemoryFiles();
      const first = await opened(files);
      await first.journal.append('a=1');
      const size = first.journal.size;
      await first.journal.append('b=2');
      files.put(PATH, (files.content(PATH) ?? Buffer.alloc(0)).subarray(0, -cut));

      const second = await opened(files);
      expect(second.keeper.seen).to.deep.equal(['a=1']);
      expect(second.journal.replayed.damage).to.deep.equal([]);
      expect(second.journal.replayed.torn).to.be.greaterThan(0);
      expect(files.bytes()).to.equal(size);
      await second.journal.append('c=3');
      expect((await opened(files)).keeper.seen).to.deep.equal(['a=1', 'c=3']);
    });
  }

  it('that was closed in good order names a changed byte anywhere, in its last line too', async () => {
    const files = new MemoryFiles();
    const first = await opened(files);
    await first.journal.append('a=1');
    await first.journal.append('b=2');
    await first.journal.close();
    const whole = Buffer.from(files.content(PATH) ?? []);
    for (let at = 0; at < whole.length; at++) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] ?? 0) ^ 0x04;
      const damaged = new MemoryFiles();
      damaged.put(PATH, changed);
      const { journal } = await opened(damaged);
      expect(journal.replayed.damage, `byte ${at}`).not.to.deep.equal([]);
    }
    expect((await opened(files)).journal.replayed.damage).to.deep.equal([]);
  });

  it('takes a batch of which only a later line survived for torn, not for damaged', async () => {
    const files = new MemoryFiles();
    const first = await opened(files);
    await first.journal.append('a=1');
    const from = first.journal.size;
    await Promise.all([first.journal.append('b=2'), first.journal.append('c=3')]);
    const bytes = Buffer.from(files.content(PATH) ?? '');
    bytes.fill(0, from, from + 6);
    files.put(PATH, bytes);

    const second = await opened(files);
    expect(second.keeper.seen).to.deep.equal(['a=1']);
    expect(second.journal.replayed.damage).to.deep.equal([]);
  });

  it('names damage before the end with line and offset, keeps the rest, and keeps the damaged bytes aside', async () => {
    const files = new MemoryFiles();
    const first = await opened(files);
    await first.journal.append('a=1');
    const place = await first.journal.append('b=2');
    await first.journal.append('c=3');
    const bytes = Buffer.from(files.content(PATH) ?? '');
    bytes.write('X', place.offset + place.length - 2);
    files.put(PATH, bytes);

    const { journal, keeper } = await opened(files);
    expect(keeper.seen).to.deep.equal(['a=1', 'c=3']);
    expect(journal.replayed.torn).to.equal(0);
    const [damage] = journal.replayed.damage;
    expect(journal.replayed.damage).to.have.length(1);
    expect(damage).to.deep.equal({
      line: 4, // after the header and its mark
      offset: place.offset,
      length: place.length,
      what: 'checksum does not match',
    });
    await keeper.compact(journal);
    expect(files.content(`${PATH}.damaged`)?.toString()).to.contain('b=X');
    expect((await opened(files)).journal.replayed.damage).to.deep.equal([]);
  });

  it('names lines that are missing altogether', async () => {
    const files = new MemoryFiles();
    const { journal } = await opened(files);
    await journal.append('a=1');
    const place = await journal.append('b=2');
    await journal.append('c=3');
    const bytes = files.content(PATH) ?? Buffer.alloc(0);
    files.put(PATH, Buffer.concat([bytes.subarray(0, place.offset), bytes.subarray(place.offset + place.length)]));
    const damage = (await opened(files)).journal.replayed.damage;
    expect(damage.map(({ what, offset }) => ({ what, offset }))).to.deep.equal([
      { what: 'number 4 where 3 should be', offset: place.offset },
    ]);
  });

  for (const code of ['ENOSPC', 'EIO']) {
    for (const operation of ['write', 'sync']) {
      it(`rejects an append at ${code} in ${operation}, forgets its bytes, and goes on when it is over`, async () => {
        const files = new MemoryFiles();
        const { journal, keeper } = await opened(files);
        await journal.append('a=1');
        files.onOperation = ({ name }) => {
          if (name === operation) throw systemError(code);
        };
        const error = await rejection(journal.append('b=2'));
        expect(error.code).to.equal('JOURNAL_FAILED');
        expect(error.message).to.contain(code);
        files.onOperation = () => undefined;
        await journal.append('c=3');
        expect(keeper.seen).to.deep.equal(['a=1', 'c=3']);
        expect((await opened(files)).keeper.seen).to.deep.equal(['a=1', 'c=3']);
      });
    }
  }
});

describe('compaction of the journal', () => {
  it('leaves out what no longer counts and keeps the numbers of the rest', async () => {
    const files = new MemoryFiles();
    const { journal, keeper } = await opened(files);
    for (let i = 0; i < 100; i++) await journal.append(`k${i % 7}=${i}`);
    const before = { state: keeper.state(), size: journal.size, lastSeq: journal.lastSeq };
    const won = await keeper.compact(journal);
    expect(journal.size).to.equal(before.size - won);
    expect(journal.size).to.be.lessThan(before.size / 5);
    expect(files.bytes()).to.equal(journal.size);
    for (const { value, place } of keeper.values.values()) {
      expect((await journal.read(place)).toString()).to.match(new RegExp(`=${value}$`));
    }
    await journal.append('after=1');
    const again = await opened(files);
    expect(again.keeper.state()).to.deep.equal({ ...before.state, after: '1' });
    expect(again.journal.replayed.damage).to.deep.equal([]);
    expect(again.journal.lastSeq).to.be.greaterThan(before.lastSeq);
    expect(again.journal.id).to.equal(journal.id);
  });

  it('keeps what is appended while it runs', async () => {
    const files = new MemoryFiles();
    const { journal, keeper } = await opened(files);
    for (let i = 0; i < 50; i++) await journal.append(`k${i % 3}=${i}`);
    const appends: Promise<unknown>[] = [];
    files.onOperation = ({ number }) => {
      if (number % 2 === 0 && appends.length < 30) appends.push(journal.append(`n${appends.length % 4}=${number}`));
    };
    await keeper.compact(journal);
    files.onOperation = () => undefined;
    await Promise.all(appends);
    expect(appends).to.have.length.greaterThan(4);
    const state = keeper.state();
    for (const [, { value, place }] of keeper.values) {
      expect((await journal.read(place)).toString()).to.match(new RegExp(`=${value}$`));
    }
    const again = await opened(files);
    expect(again.keeper.state()).to.deep.equal(state);
    expect(again.journal.replayed.damage).to.deep.equal([]);
  });

  it('names damage in the checkpointed part even when nothing was appended since', async () => {
    const files = new MemoryFiles();
    const { journal, keeper } = await opened(files);
    for (const key of ['a', 'b', 'c']) await journal.append(`${key}=1`);
    await keeper.compact(journal);
    const place = keeper.values.get('b')?.place;
    const bytes = Buffer.from(files.content(PATH) ?? '');
    bytes.write('X', (place?.offset ?? 0) + (place?.length ?? 0) - 2);
    files.put(PATH, bytes);
    const again = await opened(files);
    expect(again.journal.replayed.damage).to.have.length(1);
    expect(again.keeper.state()).to.deep.equal({ a: '1', c: '1' });
  });

  it('fails without harm at every operation', async () => {
    for (let n = 1; ; n++) {
      const files = new MemoryFiles();
      const { journal, keeper } = await opened(files);
      for (let i = 0; i < 20; i++) await journal.append(`k${i % 3}=${i}`);
      const state = keeper.state();
      const first = files.operations + n;
      let reached = false;
      files.onOperation = ({ number }) => {
        if (number !== first) return;
        reached = true;
        throw systemError('EIO');
      };
      const failed = await keeper.compact(journal).then(
        () => false,
        () => true,
      );
      files.onOperation = () => undefined;
      if (!reached) return;
      await journal.append('after=1');
      await journal.close();
      const again = await opened(files);
      expect(again.keeper.state(), `operation ${n}, failed: ${failed}`).to.deep.equal({ ...state, after: '1' });
      expect(again.journal.replayed.damage, `operation ${n}`).to.deep.equal([]);
    }
  });
});

describe('the journal after the end of the world', () => {
  const action = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ kind: fc.constant('append' as const), count: fc.integer({ min: 1, max: 4 }) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('compact' as const), count: fc.constant(0) }) },
  );

  it('holds a prefix of what was appended that has all that was acknowledged, wherever it ended', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(action, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 60 }),
        fc.boolean(),
        fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 12, maxLength: 12 }),
        async (actions, crashAt, power, chances) => {
          const files = new MemoryFiles();
          const { journal, keeper } = await opened(files);
          files.crashBefore(crashAt);
          const asked: string[] = [];
          const acknowledged = new Set<string>();
          for (const { kind, count } of actions) {
            const tasks: Promise<unknown>[] = [];
            if (kind === 'compact') tasks.push(keeper.compact(journal));
            for (let i = 0; i < count; i++) {
              const text = `k${asked.length % 5}=${asked.length}`;
              asked.push(text);
              tasks.push(journal.append(text).then(() => acknowledged.add(text)));
            }
            await Promise.allSettled(tasks);
            if (files.dead) break;
          }
          let draw = 0;
          const next = files.afterCrash(power, () => chances[draw++ % chances.length] ?? 0);
          const again = await opened(next);
          expect(again.journal.replayed.damage).to.deep.equal([]);
          const states = asked.map((_, i) => stateAfter(asked.slice(0, i + 1)));
          const least = asked.findLastIndex((text) => acknowledged.has(text));
          const possible = [stateAfter([]), ...states].slice(least + 1);
          expect(possible).to.deep.include(again.keeper.state());
          await again.journal.append('goes=on');
          expect((await opened(next)).keeper.state()).to.deep.equal({ ...again.keeper.state(), goes: 'on' });
        },
      ),
      { numRuns: 300 },
    );
  });

  function stateAfter(lines: readonly string[]): Record<string, string> {
    return Object.fromEntries(lines.map((line) => line.split('=') as [string, string]));
  }

  it('reads many lines at once, in the order in which they are asked for, with few operations', async () => {
    const files = new MemoryFiles();
    const { journal, keeper } = await opened(files);
    for (let i = 0; i < 200; i++) await journal.append(`k${i}=${'x'.repeat(300)}${i}`);
    const places = [150, 3, 4, 5, 199, 0, 151].map((i) => keeper.live()[i] as LinePlace);
    const before = files.operations;
    const read = await journal.readMany(places);
    expect(read.map((payload) => payload.toString().split('=')[0])).to.deep.equal([
      'k150',
      'k3',
      'k4',
      'k5',
      'k199',
      'k0',
      'k151',
    ]);
    expect(files.operations - before).to.be.at.most(3);
    expect(await journal.readMany([])).to.deep.equal([]);
    await journal.close();
  });

  it('names the damaged one among many, by its place', async () => {
    const files = new MemoryFiles();
    const { journal, keeper } = await opened(files);
    await journal.append('a=1');
    await journal.append('b=2');
    const [, second] = keeper.live();
    const bytes = Buffer.from(files.content(PATH) ?? '');
    bytes[(second?.offset ?? 0) + 14] = 0x21;
    files.put(PATH, bytes);
    const again = await journal.readMany(keeper.live()).catch((error: unknown) => error);
    // The open file is the one from before: what is read is sound.
    expect(again).to.have.length(2);
    await journal.close();
    const third = await opened(files);
    const wrong = { seq: second?.seq ?? 0, offset: second?.offset ?? 0, length: second?.length ?? 0 };
    const error = await rejection(third.journal.readMany([...third.keeper.live(), wrong]));
    expect(error.code).to.equal('JOURNAL_DAMAGED');
    expect(error.message).to.contain(`byte ${wrong.offset}`);
    await third.journal.close();
  });

  it('may be compacted by a listener in the middle of a batch, and loses nothing of it', async () => {
    const files = new MemoryFiles();
    await files.makeFolder('/data/journal');
    const keeper = new Keeper();
    const compactions: Promise<number>[] = [];
    const journal: Journal = await Journal.open({ files, path: PATH, name: 'test', version: 1 }, (place, payload) => {
      keeper.listen(place, payload);
      // The places are asked for when it begins, not when it is asked for.
      const live = { *[Symbol.iterator]() { yield* keeper.live(); } }; // prettier-ignore
      if (payload.toString() === 'b=2')
        compactions.push(
          journal.compact(live, (relocate) => {
            for (const { place: kept } of keeper.values.values()) kept.offset = relocate(kept.offset);
          }),
        );
    });
    await journal.append('a=0');
    await Promise.all(['a=1', 'b=2', 'c=3', 'd=4'].map((line) => journal.append(line)));
    await Promise.all(compactions);
    expect(compactions).to.have.length(1);
    await journal.close();
    expect((await opened(files)).keeper.state()).to.deep.equal({ a: '1', b: '2', c: '3', d: '4' });
  });
});
