/** The room for recordings as the console shows it: days by their names. */
import { dayName, type DatedForecast } from '../archive/pace.js';
import type { Archive } from '../archive/archive.js';
import { defined } from '../base/defined.js';
import { NodeFileStore } from '../journal/node-files.js';
import type { QuotaDoor, QuotaForecast } from '../console/routes/quota.js';

interface Disk {
  /** The data folder. */
  readonly folder: string;
  /** Bytes that are to stay free on the file system. */
  readonly minFree: () => number;
}

export function quotaDoor(archive: Archive, disk: Disk, change: (bytes: number) => Promise<void>): QuotaDoor {
  const files = new NodeFileStore();
  return {
    holds: async () => Math.max(0, archive.usage().used + (await files.free(disk.folder)) - disk.minFree()),
    usage: () => archive.usage(),
    plan: async (bytes) => defined({ ...(await archive.setQuota(bytes, { dryRun: true })) }),
    forecast: async (bytes) => forecastView(await archive.forecast(bytes)),
    change,
  };
}

export function forecastView({ reachDays, weekBytes, fullOn, promise, today }: DatedForecast): QuotaForecast {
  return {
    reachDays,
    weekBytes,
    today: dayName(today),
    ...(fullOn === undefined ? {} : { fullOn: dayName(fullOn) }),
    ...(promise
      ? {
          promise: {
            days: promise.days,
            state: promise.state,
            ...(promise.on === undefined ? {} : { on: dayName(promise.on) }),
          },
        }
      : {}),
  };
}
