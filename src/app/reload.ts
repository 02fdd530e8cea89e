/** Live reload: what the running parts take over when the configuration file changes, or on SIGHUP. */
import type { Archive } from '../archive/archive.js';
import { systemClock } from '../base/clock.js';
import type { Log } from '../base/log.js';
import type { Config } from '../config/schema.js';
import { ConfigWatcher } from '../config/watcher.js';
import { policyOf } from './archive-parts.js';
import { readAgain, type Where } from './where.js';

/** Whatever else takes a new configuration for the calls that begin from now on. */
export interface Configurable {
  configure(config: Config): void;
}

export function watchConfig(
  where: Where,
  archive: Pick<Archive, 'setPolicy'>,
  calls: Configurable,
  log: Log,
): ConfigWatcher {
  return ConfigWatcher.start({
    file: where.configFile,
    config: where.config,
    load: () => readAgain(where),
    apply: async (config, settings) => {
      calls.configure(config);
      if (settings.some((setting) => /^(storage|recording|handsets)\b/.test(setting)))
        await archive.setPolicy(policyOf(config));
    },
    clock: systemClock,
    log,
  });
}
