/** What a NOTIFY carries: dialog-info (RFC 4235), PIDF with the activity (RFC 3863, 4480), message-summary (RFC 3842). */
import type { LineUse } from './lines.js';

/** XML text or attribute value; characters that XML 1.0 has no place for are left out. */
export function xml(text: string): string {
  const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text
    .replaceAll(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '')
    .replaceAll(/[&<>"]/g, (c) => entities[c] ?? c);
}

const HEAD = '<?xml version="1.0" encoding="UTF-8"?>\r\n';

export interface DialogInfo {
  /** The watched address, a SIP URI. */
  readonly entity: string;
  /** From 0, one more with each NOTIFY of a subscription (§ 4.1.1). */
  readonly version: number;
  readonly uses: readonly LineUse[];
  /** Whether a party may be shown to the watcher. */
  readonly mayShow: (party: string) => boolean;
  /** Host of the parties' addresses. */
  readonly domain: string;
}

/** Always the full state: a document that was lost does no harm. */
export function dialogInfo({ entity, version, uses, mayShow, domain }: DialogInfo): string {
  const dialogs = uses.map(({ id, direction, party, state }) => {
    const uri = `sip:${encodeURIComponent(party)}@${domain}`;
    const remote =
      party !== '' && mayShow(party)
        ? `<remote><identity>${xml(uri)}</identity><target uri="${xml(uri)}"/></remote>`
        : '';
    return `<dialog id="${xml(id)}" direction="${direction}"><state>${state}</state>${remote}</dialog>\r\n`;
  });
  const attributes = `version="${version}" state="full" entity="${xml(entity)}"`;
  return `${HEAD}<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" ${attributes}>\r\n${dialogs.join('')}</dialog-info>\r\n`;
}

/** Open: a telephone is registered. On the phone: the line is in use. */
export function pidf(entity: string, { registered, busy }: { registered: boolean; busy: boolean }): string {
  const spaces = [
    'xmlns="urn:ietf:params:xml:ns:pidf"',
    'xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model"',
    'xmlns:rpid="urn:ietf:params:xml:ns:pidf:rpid"',
  ].join(' ');
  const activity = busy ? '<rpid:on-the-phone/>' : '<rpid:unknown/>';
  const person = registered ? `<dm:person id="p1"><rpid:activities>${activity}</rpid:activities></dm:person>\r\n` : '';
  const note = registered ? `<note>${busy ? 'On the phone' : 'Ready'}</note>` : '';
  const basic = `<status><basic>${registered ? 'open' : 'closed'}</basic></status>`;
  return `${HEAD}<presence ${spaces} entity="${xml(entity)}">\r\n<tuple id="t1">${basic}${note}</tuple>\r\n${person}</presence>\r\n`;
}

/** § 3.5: missed calls stand where a telephone lights its lamp by. */
export function messageSummary(account: string, missed: number): string {
  return [
    `Messages-Waiting: ${missed > 0 ? 'yes' : 'no'}`,
    `Message-Account: ${account}`,
    `Voice-Message: ${missed}/0 (0/0)`,
    '',
  ].join('\r\n');
}
