// The walls of the house (docs/architecture.md): imports go downwards only, and within a row not sideways unless named.
const rows = [
  ['base'],
  ['journal', 'vault', 'sdp', 'rtp', 'codecs', 'entry', 'spool', 'srtp', 'dtls', 'stun', 'config'],
  ['sip', 'media', 'recording'],
  ['calls', 'archive', 'audit', 'accounts', 'requests'],
  ['console', 'ops', 'provisioning'],
  ['app'],
  ['cli'],
];
const sideways = {
  spool: ['entry'],
  srtp: ['rtp'],
  dtls: ['srtp'],
  sdp: ['srtp', 'dtls'],
  journal: [],
  vault: ['journal'],
  entry: ['vault'],
  accounts: ['audit'],
  requests: ['archive', 'accounts', 'audit'],
  archive: ['audit'],
};
const path = (rooms) => `^src/(${rooms.join('|')})/`;

const walls = rows.flatMap((row, level) =>
  row.map((room) => ({
    name: `wall-${room}`,
    severity: 'error',
    comment: `${room} may import only from the rows below it${sideways[room]?.length ? ` and from ${sideways[room].join(', ')}` : ''}`,
    from: { path: path([room]) },
    to: { path: '^src/', pathNot: path([room, ...(sideways[room] ?? []), ...rows.slice(0, level).flat()]) },
  })),
);

module.exports = {
  forbidden: [
    ...walls,
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-test-in-product', severity: 'error', from: { path: '^src/' }, to: { path: '^(test|bench|scripts)/' } },
    { name: 'unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    { name: 'no-dev-dependency', severity: 'error', from: { path: '^src/' }, to: { dependencyTypes: ['npm-dev'] } },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    // AssemblyScript: a language of its own, whose rooms are closed in themselves.
    exclude: { path: '^src/.*/wasm/' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
