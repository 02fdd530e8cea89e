/** How alarms reach people: by e-mail, and as JSON to another program. */
import { createHmac } from 'node:crypto';
import { createTransport } from 'nodemailer';
import { wordsOf } from '../base/alarm-words.js';
import type { Channel, Notice } from './alerts.js';
import { postTo } from './post.js';

/** Neither a mail server nor a program may keep us longer, milliseconds. */
const TIMEOUT_MS = 15_000;

/** What an office calls it; a program's code where there are no words. */
const nameOf = (alarm: Notice['alarm']): string => wordsOf(alarm)?.what.pl ?? `${alarm.code} ${alarm.subject}`;

/** For the people of the office in Polish, and below it what the program says, for whoever mends it. */
function paragraph({ status, alarm, until }: Notice): string {
  const since = new Date(alarm.since).toISOString();
  const over = until === undefined ? '' : `, over ${new Date(until).toISOString()}`;
  const head = status === 'raised' ? `ALARM: ${nameOf(alarm)}` : `Koniec alarmu: ${nameOf(alarm)}`;
  const next = status === 'raised' ? wordsOf(alarm)?.next.pl : undefined;
  const told = `${alarm.code} (${alarm.subject}): ${alarm.message}\n  since ${since}${over}`;
  return [head, ...(next === undefined ? [] : [next]), '', `  ${told}`].join('\n');
}

export interface MailOptions {
  readonly host: string;
  readonly port: number;
  readonly security: 'starttls' | 'tls' | 'none';
  readonly user?: string;
  readonly password?: string;
  readonly from: string;
  readonly to: readonly string[];
  /** What the office is called. */
  readonly office: string;
}

function subjectOf(office: string, notices: readonly Notice[]): string {
  const [only] = notices;
  if (only && notices.length === 1) {
    return `[${office}] ${only.status === 'raised' ? 'Alarm' : 'Koniec alarmu'}: ${nameOf(only.alarm)}`;
  }
  const raised = notices.filter(({ status }) => status === 'raised').length;
  return `[${office}] Alarmy: ${raised} nowych, ${notices.length - raised} zakończonych`;
}

function transportOf({ host, port, security, user, password }: MailOptions) {
  return createTransport({
    host,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    ...(user === undefined ? {} : { auth: { user, pass: password ?? '' } }),
  });
}

/** One message of plain text. */
export async function sendMail(options: MailOptions, subject: string, text: string): Promise<void> {
  const { from, to, office } = options;
  await transportOf(options).sendMail({ from, to: [...to], subject: `[${office}] ${subject}`, text });
}

export function mailChannel(options: MailOptions): Channel {
  const { from, to, office } = options;
  const transport = transportOf(options);
  return {
    name: 'mail',
    async tell(notices) {
      const text = `${notices.map(paragraph).join('\n\n')}\n\nAktualny stan: strona „Dzisiaj” w konsoli albo polecenie halina status.\n`;
      await transport.sendMail({ from, to: [...to], subject: subjectOf(office, notices), text });
    },
  };
}

export interface WebhookOptions {
  readonly url: string;
  readonly secret?: string;
  readonly office: string;
  /** It may be on this machine, or at a link-local address. */
  readonly nearby: boolean;
}

export function webhookChannel({ url, secret, office, nearby }: WebhookOptions): Channel {
  return {
    name: 'webhook',
    async tell(notices) {
      const body = JSON.stringify({
        office,
        alarms: notices.map(({ status, alarm, until }) => ({
          status,
          ...alarm,
          ...(until === undefined ? {} : { until }),
        })),
      });
      const signature =
        secret === undefined ? {} : { 'x-halina-signature': createHmac('sha256', secret).update(body).digest('hex') };
      const headers = { 'content-type': 'application/json', ...signature };
      const status = await postTo(new URL(url), { headers, body, nearby, timeoutMs: TIMEOUT_MS });
      if (status < 200 || status > 299) throw new Error(`${new URL(url).host} answered ${status}`);
    },
  };
}
