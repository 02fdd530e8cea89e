import { expect } from 'chai';
import { createHash } from 'node:crypto';
import { HalinaError } from '../../../src/base/errors.js';
import type { AuditEvent } from '../../../src/audit/audit-log.js';
import { DATA, openAudit, searched } from '../../support/audit-fixture.js';
import { MemoryFiles, systemError } from '../../support/memory-files.js';
import { VirtualClock } from '../../support/virtual-clock.js';

const CHAIN = `${DATA}/audit/chain-000001.log`;
const DETAILS = `${DATA}/audit/details-000001.log`;
const text = (files: MemoryFiles, path: string): string => files.content(path)?.toString() ?? '';
const sha256 = (data: string): string => createHash('sha256').update(data).digest('hex');

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.fail('it was not refused'),
    (error: unknown) => error,
  );
}

/** Checks the chain with nothing but text and SHA-256, as an outsider would; gives the numbers of its searches. */
function checkedByHand(files: MemoryFiles): string[] {
  let prev = '0'.repeat(64);
  const lines = files
    .paths()
    .filter((path) => /chain-\d+\.log$/.test(path))
    .flatMap((path) => text(files, path).split('\n').slice(0, -1));
  const numbers: string[] = [];
  for (const [index, line] of lines.entries()) {
    const json = line.slice(65);
    expect(sha256(`${prev}:${sha256(json)}`)).to.equal(line.slice(0, 64));
    const record = JSON.parse(json) as { prev: string; seq: number; commitments?: Record<string, string> };
    expect(record.prev).to.equal(prev);
    expect(record.seq).to.equal(index + 1);
    prev = line.slice(0, 64);
    const details = text(files, DETAILS).split('\n').slice(0, -1);
    for (const [name, commitment] of Object.entries(record.commitments ?? {})) {
      const detail = details
        .map((one) => JSON.parse(one) as { seq: number; name: string; salt: string; text: string })
        .find((one) => one.seq === record.seq && one.name === name);
      expect(commitment).to.equal(sha256(`${detail?.salt}:${name}:${detail?.text}`));
      if (name === 'number') numbers.push(detail?.text ?? '');
    }
  }
  return numbers;
}

describe('the audit log', () => {
  it('is a chain that text tools and SHA-256 can check, with personal details as commitments only', async () => {
    const { files, audit } = await openAudit();
    await audit.append(searched('+48221234567'));
    await Promise.all(['+481', '+482', '+483'].map((number) => audit.append(searched(number))));
    await audit.close();
    expect(checkedByHand(files)).to.deep.equal(['+48221234567', '+481', '+482', '+483']);
    expect(text(files, CHAIN)).not.to.match(/48221234567|192\.0\.2\.7/);
    expect(text(files, DETAILS)).to.include('+48221234567');
  });

  it('goes on after it was opened again, over segments too', async () => {
    const first = await openAudit({ segmentBytes: 1000 });
    for (let i = 0; i < 5; i++)
      await first.audit.append({ event: 'clock_step', actor: { by: 'system' }, facts: { stepMs: i } });
    await first.audit.close();
    const again = await openAudit({ files: first.files, segmentBytes: 1000 });
    await again.audit.append({ event: 'clock_step', actor: { by: 'system' }, facts: { stepMs: 5 } });
    checkedByHand(first.files);
    const { lines } = await again.audit.read({ events: ['clock_step'], oldestFirst: true });
    expect(lines.map(({ facts }) => facts['stepMs'])).to.deep.equal([0, 1, 2, 3, 4, 5]);
    expect(first.files.paths().filter((path) => path.includes('chain-'))).to.have.length.above(1);
  });

  it('gives pages, the newest first, by event, actor, object and time', async () => {
    const { audit, clock } = await openAudit({ segmentBytes: 2000 });
    for (let i = 0; i < 7; i++) {
      await audit.append(searched(`+48${i}`, i));
      clock.advance(1000);
      const object = { kind: 'recording', id: `R${i % 2}` };
      await audit.append({ event: 'call_opened', actor: { by: 'account', id: 'A2' }, object, facts: {} });
    }
    const one = await audit.read({ events: ['search'], limit: 4 });
    const two = await audit.read({ events: ['search'], limit: 4, ...(one.next ? { cursor: one.next } : {}) });
    expect([...one.lines, ...two.lines].map(({ personal }) => personal['number'])).to.deep.equal(
      [6, 5, 4, 3, 2, 1, 0].map((i) => `+48${i}`),
    );
    expect(two.next).to.equal(undefined);
    expect((await audit.read({ actor: 'A2', object: { id: 'R1' } })).lines).to.have.length(3);
    const from = new VirtualClock().now() + 6000;
    expect((await audit.read({ from, actor: 'A1' })).lines).to.have.length(1);
    expect((await audit.read({ to: from, actor: 'A1' })).lines).to.have.length(6);
  });

  it('refuses an event that is not as the table says, and one with free text where a word belongs', async () => {
    const { audit } = await openAudit();
    const bad = [
      { event: 'search', actor: { by: 'system' }, facts: { who: 'Jan Kowalski' } },
      { event: 'role', actor: { by: 'system' }, facts: { change: 'granted', role: 'Jan Kowalski' } },
      { event: 'nothing', actor: { by: 'system' }, facts: {} },
    ] as unknown as AuditEvent[];
    for (const event of bad) expect(await rejection(audit.append(event))).to.be.instanceOf(Error);
    expect((await audit.read()).lines.map(({ event }) => event)).to.deep.equal(['chain_key', 'chain']);
  });
});

describe('an audit log that can not be written', () => {
  it('refuses with what is wrong and raises an alarm; works again by itself, with nothing of what was refused', async () => {
    const { files, audit, alarms } = await openAudit();
    await audit.append(searched('+481'));
    files.onOperation = ({ name, path }) => {
      if (name === 'sync' && path === CHAIN) throw systemError('EIO');
    };
    const error = (await rejection(audit.append(searched('+482')))) as HalinaError;
    expect(error.code).to.equal('AUDIT_FAILED');
    expect(error.message).to.include('/data/audit').and.include('EIO');
    expect(alarms.list().map(({ code }) => code)).to.deep.equal(['AUDIT_FAILED']);
    files.onOperation = () => undefined;
    await audit.append(searched('+483'));
    expect(alarms.list()).to.deep.equal([]);
    expect(checkedByHand(files)).to.deep.equal(['+481', '+483']);
  });

  it('opens although its folder can not be made, refuses, and begins when it can', async () => {
    const files = new MemoryFiles();
    files.onOperation = ({ name }) => {
      if (name === 'makeFolder') throw systemError('EROFS');
    };
    const { audit, alarms } = await openAudit({ files });
    expect(alarms.list()).to.have.length(1);
    await rejection(audit.append(searched('+481')));
    files.onOperation = () => undefined;
    await audit.append(searched('+482'));
    expect(checkedByHand(files)).to.deep.equal(['+482']);
  });

  it('lives on its reserve when the disk is full', async () => {
    const { files, audit } = await openAudit({ reserveBytes: 64 * 1024 });
    await audit.append(searched('+481'));
    files.capacity = files.bytes();
    await audit.append(searched('+482'));
    expect(files.content(`${DATA}/audit/reserve`)?.length).to.equal(0);
    expect(checkedByHand(files)).to.deep.equal(['+481', '+482']);
    files.capacity = files.bytes();
    await rejection(audit.append(searched('+483')));
    files.capacity = Number.POSITIVE_INFINITY;
    await audit.append(searched('+484'));
    expect(checkedByHand(files)).to.deep.equal(['+481', '+482', '+484']);
  });
});

describe('an audit log after a crash', function () {
  this.timeout(180_000);

  for (const power of [false, true]) {
    it(`has all that was acknowledged, and is sound, whatever operation was the last ${power ? 'before a power cut' : 'of the program'}`, async () => {
      let crashes = 0;
      for (let last = 1; last < 80; last += 2) {
        const files = new MemoryFiles();
        const begun = await openAudit({ files, segmentBytes: 2500 });
        files.crashBefore(last);
        const numbers = Array.from({ length: 9 }, (_, i) => `+48${i}`);
        const kept = await acknowledged(begun.audit.append.bind(begun.audit), numbers);
        if (!files.dead) break;
        crashes += 1;
        const after = files.afterCrash(power, chance(last));
        const again = await openAudit({ files: after, segmentBytes: 2500 });
        await again.audit.append(searched('+999'));
        const found = (await again.audit.read({ events: ['search'], oldestFirst: true })).lines;
        const there = found.map(({ personal }) => personal['number'] ?? '');
        expect(there.at(-1)).to.equal('+999');
        expect(there.slice(0, kept.length)).to.deep.equal(kept);
        expect(found.flatMap(({ erased }) => erased)).to.deep.equal([]);
        soundChain(after);
      }
      expect(crashes).to.be.above(10);
    });
  }

  it('says in the chain that a torn end was cut off', async () => {
    const { files, audit } = await openAudit();
    await audit.append(searched('+481'));
    await audit.close();
    files.put(CHAIN, `${text(files, CHAIN)}0123456789abcdef {"half`);
    const again = await openAudit({ files });
    const { lines } = await again.audit.read({ events: ['chain'], limit: 1 });
    expect(lines[0]?.facts).to.deep.include({ what: 'healed', bytes: 23 });
    checkedByHand(files);
  });
});

/** Appends one after another, the middle three at once, until one is refused; gives those that were acknowledged. */
async function acknowledged(append: (event: AuditEvent) => Promise<unknown>, numbers: string[]): Promise<string[]> {
  const kept: string[] = [];
  const groups = [numbers.slice(0, 3).map((n) => [n]), [numbers.slice(3, 6)], numbers.slice(6).map((n) => [n])].flat();
  for (const group of groups) {
    const results = await Promise.allSettled(group.map((number) => append(searched(number))));
    kept.push(...group.filter((_, i) => results[i]?.status === 'fulfilled'));
    if (results.some(({ status }) => status === 'rejected')) break;
  }
  return kept;
}

function soundChain(files: MemoryFiles): void {
  let prev = '0'.repeat(64);
  for (const path of files.paths().filter((path) => /chain-\d+\.log$/.test(path))) {
    for (const line of text(files, path).split('\n').slice(0, -1)) {
      expect(sha256(`${prev}:${sha256(line.slice(65))}`)).to.equal(line.slice(0, 64));
      expect((JSON.parse(line.slice(65)) as { prev: string }).prev).to.equal(prev);
      prev = line.slice(0, 64);
    }
  }
}

/** Chance that is the same at every run. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}
