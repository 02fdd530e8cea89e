import { expect } from 'chai';
import { EventHub, HUB_LIMITS, type Listener, type Topic } from '../../src/console/events/hub.js';
import { VirtualClock } from '../support/virtual-clock.js';

/** A listener that keeps what it is sent; `stuck`: it takes nothing any more. */
class Ear implements Listener {
  readonly heard: string[] = [];
  writes = 0;
  ended = false;
  stuck = false;
  readonly topics: ReadonlySet<Topic>;
  readonly wire;

  constructor(
    readonly person: string,
    readonly session: string,
    ...topics: Topic[]
  ) {
    this.topics = new Set(topics);
    const isStuck = (): boolean => this.stuck;
    this.wire = {
      write: (text: string | Buffer): boolean => {
        this.heard.push(text.toString());
        this.writes += 1;
        return !this.stuck;
      },
      get waiting() {
        return isStuck() ? HUB_LIMITS.waiting + 1 : 0;
      },
      end: () => void (this.ended = true),
    };
  }

  get events(): string[] {
    return this.heard.flatMap((text) => [...text.matchAll(/^event: (.*)$/gm)].map(([, name = '']) => name));
  }

  get lastId(): string {
    return this.heard.flatMap((text) => /^id: (.*)$/m.exec(text)?.[1] ?? []).at(-1) ?? '';
  }
}

describe('live events', () => {
  let clock: VirtualClock;
  let hub: EventHub;
  let still: boolean;
  beforeEach(() => {
    clock = new VirtualClock();
    still = true;
    hub = new EventHub(clock, () => Promise.resolve(still));
    hub.snapshot('live', () => ({ event: 'calls', data: [] }));
  });
  afterEach(() => hub.close());

  it('begin with everything as it stands, and go on with what changes', () => {
    const ear = new Ear('anna', 's1', 'live');
    hub.listen(ear);
    hub.publish('live', 'call', { id: 'a' });
    expect(ear.events).to.deep.equal(['reset', 'calls', 'call']);
  });
  it('are only those that one may see, and nobody else’s own', () => {
    const ear = new Ear('anna', 's1', 'tasks');
    hub.listen(ear);
    hub.publish('live', 'call', { id: 'a' });
    hub.publish('tasks', 'task', {}, 'beata');
    hub.publish('tasks', 'task', {}, 'anna');
    expect(ear.events).to.deep.equal(['reset', 'task']);
  });
  it('that come at once are one packet, and each has its place for who returns', () => {
    const [ear, other] = [new Ear('anna', 's1', 'live'), new Ear('beata', 's2', 'tasks')];
    hub.listen(ear);
    hub.listen(other);
    const before = ear.writes;
    hub.publishAll('live', [
      { event: 'call', data: { id: 'a' } },
      { event: 'call-over', data: { id: 'b' } },
    ]);
    hub.publishAll('live', []);
    expect(ear.writes - before).to.equal(1);
    expect(ear.events).to.deep.equal(['reset', 'calls', 'call', 'call-over']);
    expect(other.events).to.deep.equal(['reset']);
    const again = new Ear('anna', 's1', 'live');
    hub.listen(
      again,
      ear.lastId.replace(/\d+$/, (number) => String(Number(number) - 1)),
    );
    expect(again.events).to.deep.equal(['call', 'call-over']);
  });
  it('that were missed come to who returns with the last id', () => {
    const ear = new Ear('anna', 's1', 'live');
    const leave = hub.listen(ear);
    hub.publish('live', 'call', { id: 'a' });
    leave();
    hub.publish('live', 'call', { id: 'b' });
    const again = new Ear('anna', 's1', 'live');
    hub.listen(again, ear.lastId);
    expect(again.events).to.deep.equal(['call']);
    expect(again.heard.at(-1)).to.contain('"b"');
  });
  for (const [what, id] of [
    ['too long ago', (last: string) => last],
    ['of a program that ran before', () => 'ffffffff-1'],
    ['that were never given', (last: string) => last.replace(/-.*/, '-999999')],
    ['that are nonsense', () => "0'; x"],
  ] as const)
    it(`begin anew for ids ${what}`, () => {
      const ear = new Ear('anna', 's1', 'live');
      const leave = hub.listen(ear);
      hub.publish('live', 'call', { id: 'a' });
      leave();
      if (what === 'too long ago') for (let i = 0; i <= HUB_LIMITS.kept; i++) hub.publish('live', 'call', { id: 'b' });
      const again = new Ear('anna', 's1', 'live');
      hub.listen(again, id(ear.lastId));
      expect(again.events).to.deep.equal(['reset', 'calls']);
    });
  it('are given to so many of a session, a person and all, and no more', () => {
    const refuses = (person: string, session: string): boolean => {
      try {
        hub.listen(new Ear(person, session, 'live'));
        return false;
      } catch {
        return true;
      }
    };
    const admitted = (person: string, sessions: number, each: number): number => {
      let count = 0;
      for (let s = 0; s < sessions; s++)
        for (let i = 0; i < each; i++) if (!refuses(person, `${person}-${s}`)) count += 1;
      return count;
    };
    expect(admitted('anna', 1, 10)).to.equal(HUB_LIMITS.session);
    expect(admitted('beata', 6, 3)).to.equal(HUB_LIMITS.person);
    for (let person = 0; person < 100; person++) admitted(`p${person}`, 2, 4);
    expect(hub.listeners).to.equal(HUB_LIMITS.all);
  });
  it('let go of who does not read, at once when there is more to say', () => {
    const ear = new Ear('anna', 's1', 'live');
    hub.listen(ear);
    ear.stuck = true;
    hub.publish('live', 'call', { id: 'a' });
    expect([ear.ended, hub.listeners]).to.deep.equal([true, 0]);
  });
  it('end with the session, and at the next beat with the right', async () => {
    const [one, two] = [new Ear('anna', 's1', 'live'), new Ear('beata', 's2', 'live')];
    hub.listen(one);
    hub.listen(two);
    hub.endSession('s1');
    expect([one.ended, two.ended]).to.deep.equal([true, false]);
    still = false;
    clock.advance(15_000);
    await new Promise((resolve) => setImmediate(resolve));
    expect(two.ended).to.equal(true);
  });
});
