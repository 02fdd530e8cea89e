/** A maker's configuration file from its template: config/provisioning/, where an office may put its own wishes too. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HalinaError } from '../base/errors.js';
import type { Device, Maker } from './device.js';

const names: Readonly<Record<Maker, string>> = {
  yealink: 'yealink.cfg',
  grandstream: 'grandstream.xml',
  snom: 'snom.xml',
  fanvil: 'fanvil.cfg',
  linphone: 'linphone.xml',
};

export interface Registrar {
  readonly host: string;
  readonly port: number;
  readonly transport: 'udp' | 'tcp' | 'tls';
  /** The telephones' own administrator password. */
  readonly adminPassword: string;
}

export interface Rendered {
  readonly type: string;
  readonly body: string;
}

/** As all four makers number them. */
const transportNumber = { udp: '0', tcp: '1', tls: '2' } as const;

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const inXml = (text: string): string => text.replaceAll(/[&<>"]/g, (c) => entities[c] ?? c);
/** A value ends with its line: what would begin another setting is no part of a name. */
const inLine = (text: string): string => text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, ' ');

export class Templates {
  private constructor(private readonly texts: ReadonlyMap<Maker, string>) {}

  /** Reads them all. Rejects with `TEMPLATE_INVALID` where one names what is not there. */
  static async read(folder: string): Promise<Templates> {
    const read = Object.entries(names).map(async ([maker, name]) => {
      const text = await readFile(join(folder, name), 'utf8');
      for (const [, key = ''] of text.matchAll(/\{\{(\w+)\}\}/g))
        if (!known.includes(key))
          throw new HalinaError('TEMPLATE_INVALID', `${join(folder, name)} asks for {{${key}}}`, {
            hint: `known: ${known.join(', ')}`,
          });
      return [maker as Maker, text] as const;
    });
    return new Templates(new Map(await Promise.all(read)));
  }

  render(device: Device, registrar: Registrar): Rendered {
    const xml = names[device.maker].endsWith('.xml');
    const values: Readonly<Record<string, string>> = {
      extension: device.extension,
      name: device.name,
      mac: device.mac ?? '',
      password: device.password,
      registrar: registrar.host,
      port: String(registrar.port),
      transport: registrar.transport,
      transportNumber: transportNumber[registrar.transport],
      adminPassword: registrar.adminPassword,
    };
    const written = (key: string): string => (xml ? inXml : (text: string) => text)(inLine(values[key] ?? ''));
    const body = (this.texts.get(device.maker) ?? '').replaceAll(/\{\{(\w+)\}\}/g, (_whole, key: string) =>
      written(key),
    );
    return { type: xml ? 'application/xml; charset=utf-8' : 'text/plain; charset=utf-8', body };
  }
}

const known = [
  'extension',
  'name',
  'mac',
  'password',
  'registrar',
  'port',
  'transport',
  'transportNumber',
  'adminPassword',
];
