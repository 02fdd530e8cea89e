/** What registers and reports are made from, in the running program. */
import type { AuditLog } from '../audit/audit-log.js';
import { systemClock } from '../base/clock.js';
import { dayAt } from '../config/calendar.js';
import type { Config } from '../config/schema.js';
import type { ReportsDoor } from '../console/routes/reports.js';
import { csvOf } from '../requests/reports/csv.js';
import { monthlyReport, monthOf, reportedEvents } from '../requests/reports/monthly.js';
import { processingRecord, requestRegister } from '../requests/reports/registers.js';
import { sheetOf } from '../requests/reports/sheet.js';
import type { OfficePeople } from './office-people.js';

export function reportsDoor(
  config: () => Config,
  { accounts, requests, press }: Pick<OfficePeople, 'accounts' | 'requests' | 'press'>,
  audit: Pick<AuditLog, 'entries'>,
): ReportsDoor {
  const letterhead = (): string[] => [config().office.name, ...config().requests.letterhead];
  return {
    monthly(text, language) {
      const { zone } = config().office;
      const month = monthOf(text ?? dayAt(systemClock.now(), zone).slice(0, 7), zone);
      const events = audit.entries({ from: month.from, to: month.to, events: reportedEvents });
      const nameOf = (account: string): string => accounts.view(account)?.name ?? account;
      return monthlyReport({ month, zone, language, register: requests.register(), events, nameOf });
    },
    requests: (language) => Promise.resolve(requestRegister(requests.register(), language)),
    processing(language) {
      const { office, storage, requests: terms, audit: details } = config();
      const about = {
        office: office.name,
        letterhead: terms.letterhead,
        maxAgeMs: storage.maxAge,
        keepMetadataMs: storage.keepMetadata ?? storage.maxAge,
        classes: storage.classes,
        keepRequestsDays: terms.keep,
        keepDetailsMs: details.keepDetails,
      };
      return Promise.resolve(processingRecord(about, systemClock.now(), office.zone, language));
    },
    csv: csvOf,
    pdf: (report) => press.make(sheetOf(report, letterhead(), systemClock.now())),
  };
}
