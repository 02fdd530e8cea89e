/** What no single setting shows: names that lead nowhere, things that are there twice, settings that exclude one another. */
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { codeChecks } from './code-checks.js';
import { provisioningProblems } from './provisioning-checks.js';
import { retentionProblems } from './retention-checks.js';
import { duplicates, knownHandsets, unknown } from './check-tools.js';
import { officeChecks } from './office-checks.js';
import { nearest, type CheckProblem, type SettingPath } from './problems.js';
import type { Config } from './schema.js';
import { srtpProblems } from './srtp-checks.js';

type Face = Config['sip']['faces'][number];

/** All problems of a configuration whose settings are each well formed. */
export function crossChecks(config: Config): CheckProblem[] {
  return [
    ...twice(config),
    ...place(config),
    ...addresses(config),
    ...references(config),
    ...combinations(config),
    ...officeChecks(config),
    ...codeChecks(config),
    ...provisioningProblems(config),
    ...retentionProblems(config),
    ...srtpProblems(config),
    ...anchorProblems(config),
  ];
}

function anchorProblems({ audit, alerts }: Config): CheckProblem[] {
  if (!audit.anchorMail || alerts.mail) return [];
  const hint = 'set `alerts.mail`: its server sends the anchors too';
  return [{ path: ['audit', 'anchorMail'], message: 'anchors cannot be mailed without a mail server', hint }];
}

function twice(config: Config): CheckProblem[] {
  const { sip, trunks, handsets, routes, outbound } = config;
  const sources = trunks.flatMap((trunk, n) => trunk.addresses.map((address, m) => ({ address, n, m })));
  const numbers = routes.flatMap((route, n) =>
    route.numbers.map((number, m) => ({ key: `${number} (${route.trunks?.join(', ') ?? 'every trunk'})`, n, m })),
  );
  const places = sip.faces.flatMap((face, n) => placesOf(face).map((place) => ({ place, n })));
  const at = <T>(list: readonly T[], path: (item: T) => SettingPath) => {
    return (index: number): SettingPath => list.slice(index, index + 1).flatMap(path);
  };
  return [
    ...duplicates(
      sip.faces,
      ({ name }) => name,
      (n) => ['sip', 'faces', n, 'name'],
    ),
    ...duplicates(
      places,
      ({ place }) => place,
      at(places, ({ n }) => ['sip', 'faces', n, 'address']),
    ),
    ...duplicates(
      trunks,
      ({ name }) => name,
      (n) => ['trunks', n, 'name'],
    ),
    ...duplicates(
      sources,
      ({ address }) => address,
      at(sources, ({ n, m }) => ['trunks', n, 'addresses', m]),
    ),
    ...duplicates(
      handsets,
      ({ extension }) => extension,
      (n) => ['handsets', n, 'extension'],
    ),
    ...duplicates(
      routes,
      ({ name }) => name,
      (n) => ['routes', n, 'name'],
    ),
    ...duplicates(
      numbers,
      ({ key }) => key,
      at(numbers, ({ n, m }) => ['routes', n, 'numbers', m]),
    ),
    ...duplicates(
      outbound.routes,
      ({ prefix }) => `the prefix "${prefix}"`,
      (n) => ['outbound', 'routes', n],
      'only one route can take such calls',
    ),
  ];
}

/** Everything that a face listens on, e.g. `192.0.2.1:5061`; UDP and TCP share a port. */
function placesOf(face: Face): string[] {
  const { address, transports, port, tlsPort, wsPort, wssPort } = face;
  const ports = { udp: port, tcp: port, tls: tlsPort, ws: wsPort, wss: wssPort };
  const shared = transports.includes('udp') ? transports.filter((one) => one !== 'tcp') : transports;
  return several(address).flatMap((one) => shared.map((transport) => `${one}:${ports[transport]}`));
}

const several = (one: string | readonly string[] | undefined): readonly string[] =>
  typeof one === 'string' ? [one] : (one ?? []);

/** Country and zone, by what this Node knows of the world. */
function place({ office }: Config): CheckProblem[] {
  const problems: CheckProblem[] = [];
  const countries = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
  if (!/^[A-Z]{2}$/.test(office.country) || countries.of(office.country) === undefined)
    problems.push({ path: ['office', 'country'], message: `${office.country} is no country`, hint: 'e.g. PL' });
  const zones = Intl.supportedValuesOf('timeZone');
  if (!zones.includes(office.zone) && office.zone !== 'UTC') {
    const meant = nearest(office.zone, zones);
    const hint = meant ? `did you mean ${meant}?` : 'e.g. Europe/Warsaw';
    problems.push({ path: ['office', 'zone'], message: `${office.zone} is no time zone`, hint });
  }
  return problems;
}

function notAddress(text: string, path: SettingPath): CheckProblem[] {
  return isIP(text) ? [] : [{ path, message: `${text} is no IP address`, hint: 'write an address such as 192.0.2.10' }];
}

function notNetwork(text: string, path: SettingPath): CheckProblem[] {
  if (ipaddr.isValidCIDR(text) || isIP(text) || /^[a-z0-9.-]+\.[a-z]{2,}$/i.test(text)) return [];
  return [{ path, message: `${text} is neither an address nor a network nor a host name`, hint: 'e.g. 192.0.2.0/24' }];
}

function onlyNetwork(text: string, path: SettingPath): CheckProblem[] {
  if (ipaddr.isValidCIDR(text) || isIP(text)) return [];
  return [{ path, message: `${text} is neither an address nor a network`, hint: 'e.g. 192.0.2.0/24' }];
}

function addresses(config: Config): CheckProblem[] {
  return [
    ...config.sip.faces.flatMap((face, n) => [
      ...several(face.address).flatMap((one) => notAddress(one, ['sip', 'faces', n, 'address'])),
      ...several(face.externalAddress).flatMap((one) => notAddress(one, ['sip', 'faces', n, 'externalAddress'])),
      ...encryption(face, ['sip', 'faces', n]),
    ]),
    ...config.defence.allow.flatMap((text, n) => onlyNetwork(text, ['defence', 'allow', n])),
    ...(config.sip.dns.servers ?? []).flatMap((text, n) => notServer(text, ['sip', 'dns', 'servers', n])),
    ...config.sip.tcpPeers.flatMap((text, n) => notNetwork(text, ['sip', 'tcpPeers', n])),
    ...config.trunks.flatMap((trunk, n) => [
      ...trunk.addresses.flatMap((text, m) => notNetwork(text, ['trunks', n, 'addresses', m])),
      ...unknowable(trunk, n),
      ...proxiesOf(trunk, n).flatMap((one) => [...notProxy(one), ...transportOf(one, config.sip.faces, trunk.name)]),
    ]),
  ];
}

/** What TLS and WebSocket need. */
function encryption({ transports, tls, origins, name }: Face, path: SettingPath): CheckProblem[] {
  const problems: CheckProblem[] = [];
  if (transports.includes('tls') && !tls)
    problems.push({
      path: [...path, 'tls'],
      message: `the face ${name} has tls among its transports and no certificate`,
      hint: 'name certificate and key under `tls`; `tls: {}` is enough where only Halina opens connections',
    });
  if (transports.includes('wss') && !tls?.certificates.length)
    problems.push({
      path: [...path, 'tls'],
      message: `the face ${name} has wss among its transports and no certificate`,
      hint: 'name certificate and key under `tls.certificates`',
    });
  if (tls?.clients === 'required' && transports.includes('wss'))
    problems.push({
      path: [...path, 'tls', 'clients'],
      message: 'browsers seldom have a certificate to show',
      hint: 'put wss on a face of its own, or take `wanted`',
    });
  for (const [n, origin] of (origins ?? []).entries())
    if (!/^https?:\/\/[^/\s]+$/i.test(origin))
      problems.push({ path: [...path, 'origins', n], message: `${origin} is no origin`, hint: 'e.g. https://halina.example' }); // prettier-ignore
  return problems;
}

function notServer(text: string, path: SettingPath): CheckProblem[] {
  const [, address = text] = /^\[?([0-9a-f.:]+?)\]?(?::\d{1,5})?$/i.exec(text) ?? [];
  if (isIP(text) || isIP(address)) return [];
  return [{ path, message: `${text} is no address of a DNS server`, hint: 'e.g. 192.0.2.53 or 192.0.2.53:5353' }];
}

interface Proxy {
  readonly uri: string;
  readonly path: SettingPath;
}

/** Where calls to a provider go, and where it is registered at besides. */
const proxiesOf = ({ proxy, register }: Config['trunks'][number], n: number): Proxy[] => [
  { uri: proxy, path: ['trunks', n, 'proxy'] },
  ...(register?.flows ?? []).map((uri, m) => ({ uri, path: ['trunks', n, 'register', 'flows', m] })),
];

const notProxy = ({ uri, path }: Proxy): CheckProblem[] =>
  /^sips?:/i.test(uri) ? [] : [{ path, message: 'this is no SIP URI', hint: `write sip:${uri}` }];

/** Whether any face has the transport that a proxy names. */
function transportOf({ uri, path }: Proxy, faces: readonly Face[], name: string): CheckProblem[] {
  const named = /;transport=([a-z0-9]+)/i.exec(uri)?.[1]?.toLowerCase() ?? (/^sips:/i.test(uri) ? 'tls' : undefined);
  const wanted = /^sips:/i.test(uri) && named === 'tcp' ? 'tls' : named;
  if (wanted === undefined) return [];
  if (wanted !== 'udp' && wanted !== 'tcp' && wanted !== 'tls')
    return [{ path, message: `calls cannot go out by ${wanted}`, hint: 'take udp, tcp or tls' }];
  if (faces.some(({ transports }) => transports.includes(wanted))) return [];
  return [{ path, message: `no face has ${wanted}, which ${name} needs`, hint: 'add it under sip.faces[].transports' }];
}

function unknowable(trunk: Config['trunks'][number], n: number): CheckProblem[] {
  if (trunk.addresses.length > 0 || trunk.register) return [];
  const message = `calls from ${trunk.name} would never be known as such`;
  return [{ path: ['trunks', n], message, hint: 'name its source addresses under `addresses`, or let it register' }];
}

function references(config: Config): CheckProblem[] {
  const trunks = config.trunks.map((trunk) => trunk.name);
  const classes = ['standard', ...config.outbound.classes.map((one) => one.name)];
  return [
    ...config.handsets.flatMap((one, n) => unknown(one.class, classes, 'class', ['handsets', n, 'class'])),
    ...(config.emergency.trunks ?? []).flatMap((one, n) => unknown(one, trunks, 'trunk', ['emergency', 'trunks', n])),
    ...config.routes.flatMap((route, n) => [
      ...knownHandsets(config, route.handsets, ['routes', n, 'handsets']),
      ...(route.trunks ?? []).flatMap((one, m) => unknown(one, trunks, 'trunk', ['routes', n, 'trunks', m])),
    ]),
    ...config.outbound.routes.flatMap((route, n) => [
      ...(route.trunk === undefined ? [] : unknown(route.trunk, trunks, 'trunk', ['outbound', 'routes', n, 'trunk'])),
      ...(route.trunks ?? []).flatMap((one, m) =>
        unknown(typeof one === 'string' ? one : one.trunk, trunks, 'trunk', ['outbound', 'routes', n, 'trunks', m]),
      ),
      ...((route.trunk === undefined) === (route.trunks === undefined)
        ? [
            {
              path: ['outbound', 'routes', n],
              message: 'a route takes either `trunk` or `trunks`',
              hint: 'e.g. trunk: provider',
            },
          ]
        : []),
      ...(route.strip > route.prefix.length
        ? [{ path: ['outbound', 'routes', n, 'strip'], message: 'more digits are taken away than the prefix has' }]
        : []),
    ]),
  ];
}

function combinations({ notice, media, sip, storage }: Config): CheckProblem[] {
  const problems: CheckProblem[] = [];
  const found = (path: SettingPath, message: string, hint?: string): void => {
    problems.push({ path, message, ...(hint ? { hint } : {}) });
  };
  /** The key that the announcement of Halina's own names. */
  const spoken = { none: undefined, 'opt-out': '9', 'opt-in': '1' }[notice.choice];
  if (notice.mode === 'early-media' && spoken !== undefined)
    found(
      ['notice', 'choice'],
      "a choice needs the notice in the answered mode: before the answer providers block the caller's keys",
      'set notice.mode to answered, or notice.choice to none',
    );
  if (spoken !== undefined && (notice.key ?? spoken) !== spoken && !notice.folder)
    found(
      ['notice', 'key'],
      `the announcement that comes with Halina names the key ${spoken}`,
      'leave the key out, or give an announcement of your own under notice.folder',
    );
  const choiceKey = notice.key ?? spoken;
  if (notice.informationKey !== undefined && notice.informationKey === choiceKey)
    found(
      ['notice', 'informationKey'],
      `the key ${choiceKey} is that of the choice`,
      'give one of the two another key',
    );
  if (media.ports.to - media.ports.from < 7)
    found(['media', 'ports'], 'there is no room for a call in this range: it takes four ports', 'widen it');
  for (const [n, { port }] of sip.faces.entries())
    if (port >= media.ports.from && port <= media.ports.to)
      found(
        ['sip', 'faces', n, 'port'],
        `the port ${port} lies in the range of media.ports (${media.ports.from} to ${media.ports.to})`,
      );
  if (storage.keepAtLeast > storage.maxAge)
    found(['storage', 'keepAtLeast'], 'recordings cannot be kept longer than storage.maxAge');
  return problems;
}
