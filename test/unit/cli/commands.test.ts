/** The `halina` command against a program that runs: what it asks, what it prints, how it ends. */
import { expect } from 'chai';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Control, Reply } from '../../../src/app/control-api.js';
import { runCommand } from '../../../src/cli/command-line.js';
import { runningControl } from '../../support/fake-control.js';

/** Runs a command line: its exit status, what it printed and what it complained of. */
async function run(args: readonly string[]): Promise<{ status: number; printed: string; complained: string }> {
  const [printed, complained]: [string[], string[]] = [[], []];
  const status = await runCommand(args, {
    print: (text) => void printed.push(text),
    complain: (text) => void complained.push(text),
  });
  return { status, printed: printed.join('\n'), complained: complained.join('\n') };
}

/** The same against a program that answers as it is told, with what it was asked. */
async function halina(answers: Partial<Control>, args: readonly string[]) {
  const control = await runningControl(answers);
  try {
    const ran = await run([...args, '--config', control.config, '--data', control.data]);
    return { ...ran, asked: control.asked.map(({ request }) => request) };
  } finally {
    await control.close();
  }
}

const calls: Reply<'calls'> = {
  calls: [
    {
      id: '01M85W5ESADGKV2504Y5Q745TP',
      startedAt: Date.UTC(2026, 2, 23, 8, 0, 30),
      direction: 'inbound',
      number: '+48601234567',
      extension: '201',
      trunk: 'provider',
      talkMs: 3_723_000,
      end: 'completed',
      recording: { state: 'recorded', path: '/data/a.mp3' },
    },
    {
      id: '01M85W5ESADGKV2504Y5Q745TQ',
      startedAt: Date.UTC(2026, 2, 23, 7),
      direction: 'outbound',
      number: '',
      trunk: 'provider',
      recording: { state: 'unrecorded', why: 'route-never' },
    },
  ],
  next: 'c1',
  answeredBy: 'redis',
};

const usage: Reply<'quota'> = {
  used: 12.5e9,
  quota: 50e9,
  free: 37.5e9,
  recordings: 420,
  reachesBackDays: 91.26,
  held: { recordings: 3, bytes: 1e6 },
  forecast: { reachDays: 143, weekBytes: 2e9, text: 'at this pace the archive reaches back 143 days' },
};

describe('halina calls', () => {
  it('prints a table in the office’s zone', async () => {
    const { printed } = await halina({ calls: () => Promise.resolve(calls) }, ['calls']);
    expect(printed.split('\n').map((line) => line.replaceAll(/ {2,}/g, ' | '))).to.deep.equal([
      'began | number | ext | talked | end | recording',
      '2026-03-23 09:00:30 | in | +48601234567 | 201 | 1:02:03 | completed | /data/a.mp3',
      '2026-03-23 08:00:00 | out | withheld | - | - | running | unrecorded (route-never)',
      'more: --cursor c1',
    ]);
  });

  it('prints one JSON object on request', async () => {
    const { printed } = await halina({ calls: () => Promise.resolve(calls) }, ['calls', '--json']);
    expect(JSON.parse(printed)).to.deep.equal(calls);
  });

  it('asks for what was said', async () => {
    const { asked } = await halina({ calls: () => Promise.resolve({ calls: [], answeredBy: 'redis' }) }, [
      'calls',
      '--number',
      '+48601234567',
      '--direction',
      'inbound',
      '--extension',
      '201',
      '--limit',
      '5',
      '--since',
      '2026-03-23',
      '--until',
      '2026-03-24T12:00',
    ]);
    expect(asked).to.deep.equal([
      {
        number: '+48601234567',
        direction: 'inbound',
        extension: '201',
        limit: 5,
        from: Date.UTC(2026, 2, 22, 23),
        to: Date.UTC(2026, 2, 24, 11),
      },
    ]);
  });
});

describe('halina calls --live', () => {
  const live: Reply<'live'> = {
    at: Date.UTC(2026, 2, 23, 8, 1),
    calls: [
      {
        id: '01M85W5ESADGKV2504Y5Q745TP',
        direction: 'inbound',
        state: 'connected',
        trunk: 'provider',
        outside: '+48601234567',
        dialled: '+48227836000',
        extension: '201',
        startedAt: Date.UTC(2026, 2, 23, 8),
        connectedAt: Date.UTC(2026, 2, 23, 8, 0, 30),
        recording: true,
      },
      {
        id: '01M85W5ESADGKV2504Y5Q745TQ',
        direction: 'internal',
        state: 'ringing',
        dialled: '202',
        extension: '203',
        ringing: ['202'],
        startedAt: Date.UTC(2026, 2, 23, 8, 0, 55),
        recording: false,
      },
      {
        id: '01M85W5ESADGKV2504Y5Q745TR',
        direction: 'outbound',
        state: 'talking',
        trunk: 'provider',
        outside: '+48227836001',
        dialled: '+48227836001',
        extension: '204',
        startedAt: Date.UTC(2026, 2, 23, 8, 0, 56),
        connectedAt: Date.UTC(2026, 2, 23, 8, 0, 58),
        recording: false,
        fax: 't38',
      },
    ],
  };

  it('prints the calls that run, with what each is doing', async () => {
    const { printed, asked } = await halina({ live: () => Promise.resolve(live) }, ['calls', '--live']);
    expect(printed.split('\n').map((line) => line.replaceAll(/ {2,}/g, ' | '))).to.deep.equal([
      'began | number | dialled | ext | state | talking',
      '2026-03-23 09:00:00 | in | +48601234567 | +48227836000 | 201 | connected | 0:30 | recording',
      '2026-03-23 09:00:55 | internal | - | 202 | 203 | ringing | - | -',
      '2026-03-23 09:00:56 | out | +48227836001 | +48227836001 | 204 | talking | 0:02 | fax (T.38)',
    ]);
    expect(asked).to.deep.equal([{}]);
  });

  it('prints one JSON object on request', async () => {
    const { printed } = await halina({ live: () => Promise.resolve(live) }, ['calls', '--live', '--json']);
    expect(JSON.parse(printed)).to.deep.equal(live);
  });

  it('says so where no program runs', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'halina-not-running-'));
    const { status, complained } = await run(['calls', '--live', '--data', folder]);
    await rm(folder, { recursive: true });
    expect(status).to.equal(1);
    expect(complained).to.match(/no Halina runs on the data folder/);
  });
});

describe('halina quota', () => {
  it('tells what is used, what is free and how far back it reaches', async () => {
    const { printed, asked } = await halina({ quota: () => Promise.resolve(usage) }, ['quota']);
    expect(printed.split('\n')).to.deep.equal([
      'used 12.5 GB of 50.0 GB (25.0 %), free 37.5 GB',
      '420 recordings, reaches back 91.3 days',
      'held: 3 recordings, 1.0 MB',
      usage.forecast.text,
    ]);
    expect(asked).to.deep.equal([{ dryRun: false }]);
  });

  it('changes the budget, or tells what would go', async () => {
    const plan = { recordings: 1, bytes: 2e6, reachesBackTo: Date.UTC(2026, 2, 23, 8), fits: true };
    const { printed, asked } = await halina({ quota: () => Promise.resolve({ ...usage, plan }) }, [
      'quota',
      '10GB',
      '--dry-run',
    ]);
    expect(asked).to.deep.equal([{ bytes: 10e9, dryRun: true }]);
    expect(printed.split('\n').at(-1)).to.equal('1 recording (2.0 MB); then the oldest is from 2026-03-23 09:00:00');
  });
});

describe('halina verify', () => {
  it('ends with 1 where it found differences', async () => {
    const audit = { lines: 9, anchoredTo: 9 };
    const difference = { kind: 'missing-file', path: '/data/a.mp3', what: 'is gone', todo: 'restore it' };
    const found = await halina({ verify: () => Promise.resolve({ differences: [difference], audit }) }, [
      'verify',
      '--no-hash',
    ]);
    expect(found.status).to.equal(1);
    expect(found.printed).to.include('missing-file: /data/a.mp3 is gone\n  restore it');
    expect(found.printed).to.include('not proven against whoever administers this machine');
    expect(found.asked).to.deep.equal([{ hash: false }]);
    const agreed = await halina(
      { verify: () => Promise.resolve({ differences: [], audit: { ...audit, outsideTo: 8 } }) },
      ['verify'],
    );
    expect(agreed.status).to.equal(0);
    expect(agreed.printed).to.equal(
      'journal, index, disk and audit log agree\naudit log: 9 events, anchored to 9; proven to 8 by anchors kept elsewhere',
    );
  });
});

describe('halina', () => {
  const cases: readonly [status: number, args: readonly string[], said: RegExp][] = [
    [0, ['--help'], /Usage: halina/],
    [0, ['help', 'quota'], /the new budget, e.g. 50GB/],
    [1, ['check', '--config', '/nonexistent/halina.yaml'], /halina.yaml: cannot be read/],
    [1, ['calls', '--config', '/nonexistent/halina.yaml'], /halina.yaml: cannot be read/],
    [2, [], /Usage: halina/],
    [2, ['frobnicate'], /unknown command/],
    [2, ['calls', '--no-such-option'], /unknown option/],
    [2, ['calls', '--since', 'yesterday'], /Write a date/],
    [2, ['calls', '--direction', 'sideways'], /Allowed choices are inbound, outbound/],
    [2, ['quota', '50'], /e.g. 50GB/],
  ];
  for (const [status, args, said] of cases)
    it(`${args.join(' ') || 'without a command'} ends with ${status}`, async () => {
      const ran = await run(args);
      expect(ran.status, ran.complained).to.equal(status);
      expect(ran.printed + ran.complained).to.match(said);
    });
});

describe('halina status', () => {
  const at = Date.UTC(2026, 2, 23, 8);
  const status: Reply<'status'> = {
    at,
    startedAt: at - 3_600_000,
    trunks: [
      {
        name: 'provider',
        proxy: 'sip:192.0.2.1',
        health: 'down',
        healthSince: at,
        registration: { state: 'failed', reason: 'the provider does not answer', status: 408 },
        calls: 2,
        maxCalls: 10,
      },
    ],
    handsets: [
      {
        extension: '201',
        displayName: 'Sekretariat',
        contacts: [{ address: '10.0.0.5:5060', protocol: 'udp', expiresAt: at, reachable: true, userAgent: 'Phone 7' }],
      },
      { extension: '202', contacts: [] },
    ],
    queues: [
      { name: 'citizens', waiting: 3, since: at - 95_000, agents: 4, free: 1 },
      { name: 'waste', waiting: 0, agents: 0, free: 0 },
    ],
    calls: { running: 2, recording: 1, most: 200 },
    disk: { used: 5e9, quota: 50e9, free: 45e9, recordings: 120, reachesBackDays: 31 },
    encoder: { name: 'halina', text: 'recordings are made by our own encoder' },
    alarms: [{ code: 'TRUNK_DOWN', subject: 'provider', message: 'the trunk provider is down', since: at }],
    bans: [{ address: '198.51.100.9', until: at + 900_000, times: 2 }],
    counters: {
      authentication: { wrong: 12, scans: 1, accepted: 40 },
      guard: { night: 3, 'at-once': 0 },
      admission: { strangers: 500, banned: 7, tooMany: 0 },
      sip: { messages: 900 },
    },
  };

  it('shows at a glance what runs, what is wrong and what was turned away', async () => {
    const { printed, status: exit } = await halina({ status: () => Promise.resolve(status) }, ['status']);
    expect(exit).to.equal(0);
    expect(printed.split('\n')).to.deep.equal([
      'up for 1:00:00, 2 of at most 200 calls, 1 recording',
      'disk: 5.0 GB of 50.0 GB (10.0 %), 120 recordings, reaches back 31.0 days',
      'recordings are made by our own encoder',
      'ALARM TRUNK_DOWN: the trunk provider is down (since 2026-03-23 09:00:00)',
      '',
      'trunk     provider  registration                          calls',
      'provider  down      failed: the provider does not answer  2 of 10',
      '',
      'handsets: 1 of 2 registered',
      '  201  Sekretariat  udp 10.0.0.5:5060 Phone 7',
      '  202               not registered',
      '',
      'queue     waiting  longest  agents',
      'citizens  3        1:35     1 free of 4',
      'waste     0        -        0 free of 0',
      '',
      'turned away: strangers 500, banned 7, night 3, wrong passwords 12, scans 1',
      'banned: 198.51.100.9 until 2026-03-23 09:15:00 (2.)',
    ]);
  });

  it('prints the same for programs with --json', async () => {
    const { printed } = await halina({ status: () => Promise.resolve(status) }, ['status', '--json']);
    expect(JSON.parse(printed)).to.deep.equal(status);
  });
});
