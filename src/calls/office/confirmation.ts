/** What is said to a handset that dialled a code: what holds now. */
import type { Config } from '../../config/schema.js';
import { forwardOf } from './forwarding.js';
import type { Request } from './service-codes.js';
import { handsetSettings, loggedIn, nightMode, type Settings } from './settings.js';

export interface Confirmation {
  readonly prompt: string;
  /** To be said after it, figure by figure. */
  readonly number?: string;
}

/** @param settings as they are after the change, if there was one */
export function confirmationOf(
  request: Request,
  extension: string,
  config: Pick<Config, 'handsets'>,
  settings: Settings,
): Confirmation {
  if (request.do === 'refuse') return { prompt: 'code-refused' };
  const { service } = request;
  switch (service.is) {
    case 'forward': {
      const to = forwardOf(config, settings, extension, service.on);
      return to === undefined ? { prompt: 'forward-off' } : { prompt: 'forward-on', number: to };
    }
    case 'doNotDisturb': {
      const isOn = handsetSettings(settings, extension).doNotDisturb;
      return { prompt: isOn ? 'do-not-disturb-on' : 'do-not-disturb-off' };
    }
    case 'night':
      return { prompt: `night-${nightMode(settings, service.schedule)}` };
    case 'team':
      return { prompt: loggedIn(settings, service.team).includes(extension) ? 'group-in' : 'group-out' };
  }
}
