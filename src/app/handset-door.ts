/** What the console shows of handsets: the code by which one fetches its configuration. */
import { HalinaError } from '../base/errors.js';
import type { Config } from '../config/schema.js';
import type { HandsetDoor } from '../console/routes/handsets.js';
import type { Fetches } from '../provisioning/fetches.js';
import { handsetAddress } from './provisioning.js';

export function handsetDoor(config: () => Config, fetches: Fetches): HandsetDoor {
  return {
    list: () =>
      config().handsets.map(({ extension, displayName, unit, device }) => ({
        extension,
        ...(displayName === undefined ? {} : { displayName }),
        ...(unit === undefined ? {} : { unit }),
        ...(device ? { maker: device.maker, provisioned: fetches.of(extension) } : {}),
      })),
    address: (extension) => {
      try {
        return handsetAddress(config(), extension);
      } catch (error) {
        if (error instanceof HalinaError && error.code === 'NOT_PROVISIONED') return undefined;
        throw error;
      }
    },
  };
}
