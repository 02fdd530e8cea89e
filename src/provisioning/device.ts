/**
 * Who asks for which file. A device is known by its MAC address, or the extension for a program, together with its secret in
 * the path, or by the certificate that its maker put into it. What is not known and what is not proved look the same from
 * outside, in the answer and in the time that it takes.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { normalMac } from '../config/provisioning-checks.js';
import { readSecret } from '../config/secrets.js';
import type { Config } from '../config/schema.js';

type Handset = Config['handsets'][number];
export type Maker = NonNullable<Handset['device']>['maker'];

export interface Device {
  readonly extension: string;
  readonly name: string;
  readonly maker: Maker;
  /** Twelve small hexadecimal digits; undefined for a program. */
  readonly mac: string | undefined;
  readonly secret: string;
  readonly password: string;
}

/** The file that each maker's telephones ask for, by what they are known by. */
const files: Readonly<Record<Maker, (id: string) => readonly string[]>> = {
  yealink: (mac) => [`${mac}.cfg`],
  grandstream: (mac) => [`cfg${mac}.xml`, `cfg${mac}`],
  snom: (mac) => [`${mac}.xml`, `snom-${mac}.xml`],
  fanvil: (mac) => [`${mac}.cfg`],
  linphone: (extension) => [`${extension}.xml`],
};

export const idOf = ({ mac, extension }: Pick<Device, 'mac' | 'extension'>): string => mac ?? extension;

export function devicesOf({ handsets }: Pick<Config, 'handsets'>): Device[] {
  return handsets.flatMap(({ extension, displayName, password, device }) => {
    if (!device) return [];
    const { maker, mac, secret } = device;
    return {
      extension,
      name: displayName ?? extension,
      maker,
      mac: mac === undefined ? undefined : normalMac(mac),
      secret: readSecret(secret),
      password: readSecret(password),
    };
  });
}

/** Where a device fetches its configuration; telephones put the file's name behind it themselves. */
export function provisioningUrl(
  device: Device,
  { host, port }: { readonly host: string; readonly port: number },
): string {
  const base = `https://${host}${port === 443 ? '' : `:${port}`}/${device.secret}/`;
  if (device.maker === 'snom') return `${base}{mac}.xml`;
  return device.maker === 'linphone' ? `${base}${device.extension}.xml` : base;
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
/** Compared with where there is no device: the work is the same. */
const NOBODY = digest('');

export class Devices {
  readonly #byFile = new Map<string, { device: Device; secret: Buffer }>();
  readonly #secrets: ReadonlySet<string>;

  constructor(devices: readonly Device[]) {
    this.#secrets = new Set(devices.map(({ secret }) => digest(secret).toString('hex')));
    for (const device of devices)
      for (const file of files[device.maker](idOf(device)))
        this.#byFile.set(file, { device, secret: digest(device.secret) });
  }

  /** Whether some device has this secret: telephones ask for files that we do not have, too. */
  isSecret(secret: string): boolean {
    return this.#secrets.has(digest(secret).toString('hex'));
  }

  /** Whose file it is, whoever asks. */
  ownerOf(file: string): string | undefined {
    return this.#byFile.get(file.toLowerCase())?.device.extension;
  }

  /**
   * The device to which a file belongs, where it is proved.
   * @param secret what stood in the path
   * @param certified MAC addresses in the name of a certificate that a trusted maker signed
   */
  find(file: string, secret: string, certified: readonly string[]): Device | undefined {
    const found = this.#byFile.get(file.toLowerCase());
    const right = timingSafeEqual(digest(secret), found?.secret ?? NOBODY);
    if (!found) return undefined;
    const { mac } = found.device;
    return right || (mac !== undefined && certified.includes(mac)) ? found.device : undefined;
  }
}

/** Every MAC address in the subject of a certificate, in whatever place and form makers write it. */
export function macsIn(subject: Readonly<Record<string, string | readonly string[] | undefined>>): string[] {
  const texts = Object.values(subject).flatMap((value) => value ?? []);
  return texts
    .flatMap((text) => text.match(/(?<![0-9A-Fa-f])[0-9A-Fa-f]{2}([:-]?[0-9A-Fa-f]{2}){5}(?![0-9A-Fa-f])/g) ?? [])
    .map(normalMac);
}
