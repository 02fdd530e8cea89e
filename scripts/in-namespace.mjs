// Runs a command in a network namespace of its own, with one veth pair and the addresses of the end-to-end tests:
//   node scripts/in-namespace.mjs COMMAND [ARGUMENT …]
// As root by `unshare -nm`; for others by `unshare -Urnm`, where the kernel allows it. Where neither works the command runs
// as it is, with a line that says so, and its tests are skipped.
import { spawn, spawnSync } from 'node:child_process';

// The provider's network and the office's.
const addresses = ['10.77.0', '10.78.0'].flatMap((network) => [...Array(50).keys()].map((n) => `${network}.${n + 1}`));
const addresses6 = ['fd00:77::', 'fd00:78::'].flatMap((network) => [1, 3, 10].map((n) => `${network}${n}`));
const setup = [
  'set -e',
  'ip link set lo up',
  // A relay in the kernel sends to peers that are on this very machine too, with addresses of its own.
  'for where in all lo; do',
  '  for set in accept_local=1 route_localnet=1 rp_filter=0; do',
  '    echo "${set#*=}" > "/proc/sys/net/ipv4/conf/$where/${set%=*}"',
  '  done',
  'done',
  'ip link add v0 type veth peer name v1',
  'ip link set v0 up',
  'ip link set v1 up',
  ...addresses.map((address) => `ip addr add ${address}/24 dev v0`),
  // A kernel without IPv6 is no reason to skip the others.
  ...addresses6.map((address) => `ip -6 addr add ${address}/64 dev v0 nodad 2>/dev/null || true`),
  'exec "$@"',
].join('\n');

const command = process.argv.slice(2);
// A mount namespace too: what a test mounts (a small disk to fill) goes with it.
const unshare = process.getuid?.() === 0 ? ['-nm'] : ['-Urnm'];
const possible =
  spawnSync('unshare', [...unshare, 'ip', 'link', 'add', 'v0', 'type', 'veth'], { stdio: 'ignore' }).status === 0;
if (!possible) console.log('no network namespace can be made here: tests that need one are skipped');
const [program, ...rest] = possible ? ['unshare', ...unshare, 'sh', '-c', setup, 'sh', ...command] : command;
const child = spawn(program, rest, { stdio: 'inherit' });
// Who ends us means what runs in there. Ctrl-C and `timeout` tell the whole group, so it hears it twice.
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (status) => process.exit(status ?? 1));
