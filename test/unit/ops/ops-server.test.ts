import { expect } from 'chai';
import { silentLog } from '../../../src/base/log.js';
import type { Facts } from '../../../src/ops/facts.js';
import type { Stage } from '../../../src/ops/health.js';
import { Metrics } from '../../../src/ops/metrics.js';
import { OpsServer } from '../../../src/ops/ops-server.js';
import { VirtualClock } from '../../support/virtual-clock.js';

const facts: Facts = {
  calls: { running: 3, recording: 2, most: 30 },
  trunks: [
    { name: 'provider', up: true, calls: 3 },
    { name: 'second', up: undefined, calls: 0 },
  ],
  handsets: { configured: 5, registered: 4 },
  archive: {
    used: 1000,
    quota: 5000,
    free: 4000,
    recordings: 12,
    reachesBackDays: 2,
    held: { recordings: 1, bytes: 50 },
    spoolBytes: 64,
    waiting: 2,
    oldestWaitingMs: 1500,
    owed: 0,
  },
  redis: { following: true },
  anchoredAt: 0,
  backup: { lastAt: 30_000, failed: false },
  alarms: [{ code: 'TRUNK_DOWN', subject: 'odd "name"\n' }],
  counters: { guard: { refused: 7 } },
};

describe('figures and health over HTTP', () => {
  let server: OpsServer | undefined;
  let stage: Stage = 'ready';
  let lag = 0;
  let silent: readonly string[] = [];
  const metrics = new Metrics();
  let now: Facts = facts;
  const clock = new VirtualClock(60_000);
  const get = async (path: string, method = 'GET'): Promise<{ status: number; text: string }> => {
    const response = await fetch(`http://127.0.0.1:${server?.port}${path}`, { method });
    return { status: response.status, text: await response.text() };
  };

  before(async () => {
    server = await OpsServer.start({
      address: '127.0.0.1',
      port: 0,
      clock,
      log: silentLog,
      facts: () => Promise.resolve(now),
      stage: () => stage,
      loopLagMs: () => lag,
      silent: () => silent,
      metrics,
    });
  });
  after(() => server?.close());
  beforeEach(() => {
    stage = 'ready';
    lag = 0;
    silent = [];
    now = facts;
  });

  it('tells every figure as it is now, in the text format of Prometheus', async () => {
    const { status, text } = await get('/metrics');
    expect(status).to.equal(200);
    const lines = text.split('\n');
    for (const line of [
      'halina_calls{state="running"} 3',
      'halina_trunk_up{trunk="provider"} 1',
      'halina_storage_bytes{what="quota"} 5000',
      'halina_recordings{state="held"} 1',
      'halina_archive_reach_seconds 172800',
      'halina_encoder_lag_seconds 1.5',
      'halina_index_following 1',
      'halina_audit_anchor_age_seconds 60',
      'halina_backup_age_seconds 30',
      'halina_backup_failed 0',
      String.raw`halina_alarm{code="TRUNK_DOWN",subject="odd \"name\"\n"} 1`,
      'halina_events_total{part="guard",kind="refused"} 7',
    ]) {
      expect(lines).to.include(line);
    }
    expect(text).to.not.include('trunk="second"} NaN');
    now = { ...facts, alarms: [], calls: { ...facts.calls, running: 0 } };
    const later = (await get('/metrics')).text;
    expect(later).to.include('halina_calls{state="running"} 0');
    expect(later).to.not.include('halina_alarm{');
    expect(later).to.include('halina_events_total{part="guard",kind="refused"} 7');
  });

  it('tells packets, jitter and score of the legs of calls that ended', async () => {
    const leg = { packetsReceived: 990, packetsSent: 1000, lostPercent: 1, jitterMs: 12, mos: 4.1 };
    metrics.sound.ended({ outside: { ...leg, far: { lostPercent: 6, jitterMs: 40 } }, inside: leg });
    metrics.sound.ended({ inside: { ...leg, lostPercent: 100, packetsReceived: 0 } });
    const lines = (await get('/metrics')).text.split('\n');
    for (const line of [
      'halina_leg_packets_total{leg="outside",fate="received"} 990',
      'halina_leg_packets_total{leg="outside",fate="lost"} 10',
      'halina_leg_packets_total{leg="inside",fate="lost"} 10',
      'halina_leg_jitter_seconds_bucket{le="0.02",leg="outside",heard="here"} 1',
      'halina_leg_jitter_seconds_bucket{le="0.03",leg="outside",heard="there"} 0',
      'halina_leg_loss_percent_bucket{le="10",leg="outside",heard="there"} 1',
      'halina_leg_loss_percent_count{leg="inside",heard="here"} 2',
      'halina_leg_mos_count{leg="inside",heard="here"} 2',
    ]) {
      expect(lines).to.include(line);
    }
  });

  it('is ready while calls can be taken, and says why not', async () => {
    expect(await get('/readyz')).to.deep.equal({ status: 200, text: 'ok\n' });
    stage = 'draining';
    expect(await get('/readyz')).to.deep.equal({ status: 503, text: 'the program is draining\n' });
    stage = 'ready';
    now = {
      ...facts,
      trunks: [{ name: 'provider', up: false, calls: 0 }],
      archive: { ...facts.archive, owed: 1 },
      redis: { following: false },
    };
    expect((await get('/readyz')).text).to.equal('no trunk answers\nthe journal cannot be written\n');
  });

  it('is alive as long as it does its work', async () => {
    expect((await get('/healthz')).status).to.equal(200);
    lag = 11_000;
    expect((await get('/healthz')).status).to.equal(503);
    lag = 0;
    silent = ['the media engine has not answered for 61 s'];
    expect(await get('/healthz')).to.deep.equal({ status: 503, text: 'the media engine has not answered for 61 s\n' });
  });

  it('knows nothing else', async () => {
    expect((await get('/')).status).to.equal(404);
    expect((await get('/metrics', 'POST')).status).to.equal(405);
  });
});
