/** What a small town hall's telephony looks like on a Tuesday morning: lines, handsets, calls that go on, one alarm. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promptDoor } from '../../../../src/app/prompts.js';
import type { Provisioned } from '../../../../src/provisioning/fetches.js';
import { forecast } from '../../../../src/archive/forecast.js';
import { forecastView } from '../../../../src/app/quota-door.js';
import type { LiveCall, OfficeStatus } from '../../../../src/console/doors.js';
import { newCallId } from '../../../../src/base/call-id.js';
import type { OfficeParts } from '../../../../src/console/office-console.js';
import type { ReportsDoor } from '../../../../src/console/routes/reports.js';
import { csvOf } from '../../../../src/requests/reports/csv.js';
import { monthlyReport, monthOf, reportedEvents } from '../../../../src/requests/reports/monthly.js';
import { processingRecord, requestRegister } from '../../../../src/requests/reports/registers.js';
import { sheetOf } from '../../../../src/requests/reports/sheet.js';
import type { Whole } from '../whole.js';
import { handsets } from './people.js';

const ZONE = 'Europe/Warsaw';
const DAY = 86_400_000;
export const LETTERHEAD = ['Urząd Miejski w Halinowie', 'ul. Spółdzielcza 1, 05-074 Halinów'];

function liveCalls(now: number): LiveCall[] {
  const call = (secondsAgo: number, more: Partial<LiveCall>): LiveCall => ({
    id: newCallId(now - secondsAgo * 1000),
    direction: 'inbound',
    state: 'talking',
    trunk: 'operator',
    dialled: '+48227836000',
    startedAt: now - secondsAgo * 1000,
    recording: false,
    ...more,
  });
  return [
    call(372, { outside: '+48604118250', extension: '211', recording: true }),
    call(95, {
      outside: '+48227601144',
      extension: '220',
      recording: true,
      direction: 'outbound',
      dialled: '+48227601144',
    }),
    call(11, { outside: '+48512774098', state: 'ringing', ringing: ['201', '202'] }),
  ];
}

const modelOf = (n: number): string => (n === 3 || n === 4 ? 'snomD713/10.1.175' : 'Yealink SIP-T31P 124.86.0.40');

/** One was given a wrong code since. */
function provisionedOf(n: number, now: number): Provisioned {
  const asked = (daysAgo: number) => ({
    at: now - daysAgo * DAY - n * 61_000,
    address: `10.20.0.${20 + n}`,
    userAgent: modelOf(n),
  });
  return { fetched: asked(n === 2 ? 2.1 : 21), ...(n === 6 ? { refused: asked(0.9) } : {}) };
}

function statusAt(now: number): OfficeStatus {
  const contact = (n: number) => ({
    address: `10.20.0.${20 + n}:5060`,
    protocol: 'udp',
    userAgent: modelOf(n),
    since: now - (n === 2 ? 2.1 : 21) * DAY - n * 7_000,
    expiresAt: now + 1_800_000,
    reachable: n !== 6,
  });
  return {
    at: now,
    startedAt: now - 21 * DAY,
    trunks: [
      {
        name: 'operator',
        proxy: 'sip:sbc.operator.example',
        health: 'up',
        healthSince: now - 21 * DAY,
        registration: { state: 'registered', until: now + 900_000 },
        calls: 3,
        maxCalls: 8,
      },
      {
        name: 'zapasowe',
        proxy: 'sip:voip.zapas.example',
        health: 'up',
        healthSince: now - 6 * DAY,
        calls: 0,
        maxCalls: 2,
      },
    ],
    handsets: handsets.map(({ extension, displayName }, n) => ({
      extension,
      displayName,
      contacts: n === 7 ? [] : [contact(n)],
      ...(n === 7 ? { goneAt: now - 0.7 * DAY } : {}),
    })),
    calls: { running: 3, recording: 2, most: 200 },
    disk: {
      used: 31_400_000_000,
      quota: 50_000_000_000,
      free: 18_600_000_000,
      recordings: 18_264,
      reachesBackDays: 268,
    },
    alarms: [{ code: 'HANDSET_UNINFORMED', subject: '240', message: 'nobody was told', since: now - 2 * DAY }],
    bans: [],
    queues: [],
    counters: { authentication: {}, guard: {} },
  };
}

/** The program's announcements, all of them in use. */
const folder = resolve(import.meta.dirname, '../../../../../prompts');
const shaOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
const ownPrompts = promptDoor({
  ours: folder,
  own: join(folder, 'own'),
  mayAdd: false,
  engine: {
    prompt: (name, language) => {
      const sha256 = shaOf(join(folder, language, `${name}.wav`));
      return { name, language, sha256, durationMs: 0, frames: 0 };
    },
    takePrompt: () => Promise.resolve(),
  },
});

/** Bytes of a call, as many as a year of 18,264 of them fills. */
const CALL = 1_720_000;
/** Bytes of a Sunday, a Monday and so on. */
const PACE = [0, 172, 168, 164, 170, 166, 0].map((megabytes) => megabytes * 1_000_000);

/** What another quota would do, as the archive counts it, from the same figures as the page of today. */
function roomOf(status: () => OfficeStatus): OfficeParts['quota'] {
  const { used, quota } = status().disk;
  const today = (): number => Math.floor(status().at / DAY);
  return {
    usage: () => status().disk,
    holds: () => Promise.resolve(used + 166_000_000_000),
    plan: (bytes) => {
      const over = Math.max(0, used - bytes);
      return Promise.resolve({ recordings: Math.ceil(over / CALL), bytes: over, fits: true });
    },
    forecast: (bytes = quota) => {
      const days = Array.from({ length: 268 }, (_, n) => today() - 1 - n);
      const present = days.map((day) => ({ day, bytes: used / days.length }));
      const input = { today: today(), present, pace: PACE, room: bytes, maxAge: 365, keepAtLeast: 180 };
      return Promise.resolve(forecastView({ ...forecast(input), today: today() }));
    },
    change: () => Promise.resolve(),
  };
}

function reportsOf(whole: Whole): ReportsDoor {
  const nameOf = (account: string): string => whole.accounts.view(account)?.name ?? account;
  return {
    monthly(text, language) {
      const month = monthOf(text ?? '2026-03', ZONE);
      const events = whole.audit.entries({ from: month.from, to: month.to, events: reportedEvents });
      return monthlyReport({ month, zone: ZONE, language, register: whole.requests.register(), events, nameOf });
    },
    requests: (language) => Promise.resolve(requestRegister(whole.requests.register(), language)),
    processing: (language) => {
      const [office = '', ...letterhead] = LETTERHEAD;
      const about = { office, letterhead, maxAgeMs: 365 * DAY, keepMetadataMs: 730 * DAY, classes: [] };
      const kept = { keepRequestsDays: 365, keepDetailsMs: 1825 * DAY };
      return Promise.resolve(processingRecord({ ...about, ...kept }, whole.clock.now(), ZONE, language));
    },
    csv: csvOf,
    pdf: (report) => whole.press.make(sheetOf(report, LETTERHEAD, whole.clock.now())),
  };
}

export function officeDoors(whole: Whole): Partial<OfficeParts> {
  const status = (): OfficeStatus => statusAt(whole.clock.now());
  return {
    telephony: {
      live: () => liveCalls(whole.clock.now()),
      status: () => Promise.resolve(status()),
      troubles: () => Promise.resolve([]),
    },
    quota: roomOf(status),
    prompts: ownPrompts,
    handsets: {
      list: () =>
        handsets.map((one, n) => ({
          ...one,
          ...('maker' in one ? { provisioned: provisionedOf(n, whole.clock.now()) } : {}),
        })),
      address: (extension) => ({ maker: 'yealink', url: `https://halina.halinow.example/p/${extension}` }),
    },
    reports: reportsOf(whole),
  };
}
