/** What no single setting shows: names that lead nowhere, things that are there twice, settings that exclude one another. */
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { Config } from './schema.js';
import { nearest, type SettingPath } from './problems.js';

export interface CheckProblem {
  readonly path: SettingPath;
  readonly message: string;
  readonly hint?: string;
}

function duplicates<T>(items: readonly T[], key: (item: T) => string, list: string, field: string): CheckProblem[] {
  return items.flatMap((item, index) => {
    const first = items.findIndex((other) => key(other) === key(item));
    if (first === index) return [];
    return [{ path: [list, index, field], message: `${key(item)} is there twice; it was first at ${list}[${first}]` }];
  });
}

function unknown(name: string, known: readonly string[], kind: string, path: SettingPath): CheckProblem[] {
  if (known.includes(name)) return [];
  const meant = nearest(name, known);
  const hint = meant ? `did you mean ${meant}?` : `known: ${known.join(', ') || 'none'}`;
  return [{ path, message: `there is no ${kind} ${name}`, hint }];
}

function addresses(config: Config): CheckProblem[] {
  const notAddress = (text: string, path: SettingPath): CheckProblem[] =>
    isIP(text) ? [] : [{ path, message: `${text} is no IP address`, hint: 'write an address such as 192.0.2.10' }];
  const notNetwork = (text: string, path: SettingPath): CheckProblem[] =>
    ipaddr.isValidCIDR(text) || isIP(text) || /^[a-z0-9.-]+\.[a-z]{2,}$/i.test(text)
      ? []
      : [{ path, message: `${text} is neither an address nor a network nor a host name`, hint: 'e.g. 192.0.2.0/24' }];
  return [
    ...config.sip.faces.flatMap((face, n) => [
      ...notAddress(face.address, ['sip', 'faces', n, 'address']),
      ...(face.externalAddress ? notAddress(face.externalAddress, ['sip', 'faces', n, 'externalAddress']) : []),
    ]),
    ...config.sip.tcpPeers.flatMap((text, n) => notNetwork(text, ['sip', 'tcpPeers', n])),
    ...config.trunks.flatMap((trunk, n) => [
      ...trunk.addresses.flatMap((text, m) => notNetwork(text, ['trunks', n, 'addresses', m])),
      ...(/^sips?:/i.test(trunk.proxy)
        ? []
        : [{ path: ['trunks', n, 'proxy'], message: 'this is no SIP URI', hint: `write sip:${trunk.proxy}` }]),
      ...(trunk.addresses.length === 0 && !trunk.register
        ? [
            {
              path: ['trunks', n],
              message: `calls from ${trunk.name} would never be known as such`,
              hint: 'name its source addresses under `addresses`, or let it register',
            },
          ]
        : []),
    ]),
  ];
}

function references(config: Config): CheckProblem[] {
  const handsets = config.handsets.map((handset) => handset.extension);
  const trunks = config.trunks.map((trunk) => trunk.name);
  return [
    ...config.routes.flatMap((route, n) => [
      ...route.handsets.flatMap((one, m) => unknown(one, handsets, 'handset', ['routes', n, 'handsets', m])),
      ...(route.trunks ?? []).flatMap((one, m) => unknown(one, trunks, 'trunk', ['routes', n, 'trunks', m])),
      ...(['onBusy', 'onNoAnswer'] as const).flatMap((name) => {
        const target = route[name];
        if (!target || !('handsets' in target)) return [];
        return target.handsets.flatMap((one, m) =>
          unknown(one, handsets, 'handset', ['routes', n, name, 'handsets', m]),
        );
      }),
    ]),
    ...config.outbound.routes.flatMap((route, n) => [
      ...unknown(route.trunk, trunks, 'trunk', ['outbound', 'routes', n, 'trunk']),
      ...(route.strip > route.prefix.length
        ? [{ path: ['outbound', 'routes', n, 'strip'], message: 'more digits are taken away than the prefix has' }]
        : []),
    ]),
  ];
}

function combinations(config: Config): CheckProblem[] {
  const { notice, media, sip, storage } = config;
  const problems: CheckProblem[] = [];
  if (notice.mode === 'early-media' && notice.choice !== 'none')
    problems.push({
      path: ['notice', 'choice'],
      message: "a choice needs the notice in the answered mode: before the answer providers block the caller's keys",
      hint: 'set notice.mode to answered, or notice.choice to none',
    });
  if (media.ports.to - media.ports.from < 7)
    problems.push({ path: ['media', 'ports'], message: 'a call needs four ports', hint: 'widen the range' });
  for (const [n, face] of sip.faces.entries())
    if (face.port >= media.ports.from && face.port <= media.ports.to)
      problems.push({
        path: ['sip', 'faces', n, 'port'],
        message: `the port ${face.port} lies in the range of media.ports (${media.ports.from} to ${media.ports.to})`,
      });
  if (storage.keepAtLeast > storage.maxAge)
    problems.push({
      path: ['storage', 'keepAtLeast'],
      message: 'recordings cannot be kept longer than storage.maxAge',
    });
  return problems;
}

/** All problems of a configuration whose settings are each well formed. */
export function crossChecks(config: Config): CheckProblem[] {
  return [
    ...duplicates(config.sip.faces, (face) => face.name, 'sip.faces', 'name').map((one) => ({
      ...one,
      path: ['sip', 'faces', ...one.path.slice(1)],
    })),
    ...duplicates(config.trunks, (trunk) => trunk.name, 'trunks', 'name'),
    ...duplicates(config.handsets, (handset) => handset.extension, 'handsets', 'extension'),
    ...duplicates(config.routes, (route) => route.name, 'routes', 'name'),
    ...addresses(config),
    ...references(config),
    ...combinations(config),
  ];
}
