/** A small office's configuration, parsed, with what a test changes. */
import { configSchema, type Config, type ConfigInput } from '../../../src/config/schema.js';

export function office(changes: Partial<ConfigInput> = {}): Config {
  return configSchema.parse({
    trunks: [
      { name: 'provider', addresses: ['192.0.2.0/28'], proxy: 'sip:192.0.2.1', callerId: '22 783 60 00' },
      { name: 'mobile', addresses: ['198.51.100.7'], proxy: 'sip:198.51.100.7;transport=tcp' },
    ],
    handsets: [
      { extension: '201', password: 'secret-201', displayName: 'Sekretariat' },
      { extension: '202', password: 'secret-202', callerId: '+48227836002' },
      { extension: '203', password: 'secret-203', external: false },
    ],
    routes: [
      { name: 'office', numbers: ['+48227836000'], handsets: ['201'] },
      { name: 'line', numbers: ['227836002'], handsets: ['202'], record: 'never' },
    ],
    outbound: { routes: [{ prefix: '0', strip: 1, trunk: 'provider' }] },
    storage: { maxAge: '365d' },
    ...changes,
  });
}
