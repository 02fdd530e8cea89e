/** Kamailio as a provider's proxy: takes calls over TLS (or UDP), keeps itself in the dialog, and hands them on to a callee. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CertificateFiles } from '../sip/certificates.js';
import { start, type Started } from './process.js';

export interface KamailioOptions {
  readonly address: string;
  /** Where it sends calls: `address:port`, over UDP. */
  readonly callee: string;
  /** For TLS on 5061; without it there is UDP alone. */
  readonly certificate?: CertificateFiles;
  /** PEM file of who must have signed the certificates of its clients; without it they need none. */
  readonly clients?: string;
}

export const kamailio = async (options: KamailioOptions): Promise<Started> => runKamailio(configuration(options));

/** Started with this configuration, which must say that the provider is ready (`READY`). */
export async function runKamailio(text: string): Promise<Started> {
  const folder = await mkdtemp(join(tmpdir(), 'halina-kamailio-'));
  const file = join(folder, 'kamailio.cfg');
  await writeFile(file, text);
  const started = start('kamailio', ['-f', file, '-DD', '-E', '-m', '32', '-M', '4', '-Y', folder, '-P', join(folder, 'pid'), '-w', folder]); // prettier-ignore
  await started.until(/the provider is ready/);
  return started;
}

/** Where its modules are. */
export const MODULES =
  'mpath="/usr/lib/x86_64-linux-gnu/kamailio/modules/:/usr/lib/aarch64-linux-gnu/kamailio/modules/"';

export const READY = `
event_route[core:worker-one-init] {
  xlog("L_ERR", "the provider is ready\\n");
}
`;

const tls = ({ key, certificate }: CertificateFiles): string => `
modparam("tls", "private_key", "${key}")
modparam("tls", "certificate", "${certificate}")
modparam("tls", "tls_method", "TLSv1.2+")`;

const configuration = ({ address, callee, certificate, clients }: KamailioOptions): string => `
debug=1
log_stderror=yes
fork=yes
children=1
tcp_children=1
auto_aliases=no
disable_tcp=no
enable_tls=${certificate ? 'yes' : 'no'}
tcp_accept_aliases=yes
listen=udp:${address}:5060
${certificate ? `listen=tls:${address}:5061` : ''}
${MODULES}
${certificate ? 'loadmodule "tls.so"' : ''}
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "siputils.so"
loadmodule "textops.so"
loadmodule "xlog.so"
${certificate ? tls(certificate) : ''}
${clients ? `modparam("tls", "ca_list", "${clients}")\nmodparam("tls", "verify_certificate", 1)\nmodparam("tls", "require_certificate", 1)` : ''}

request_route {
  if (is_method("OPTIONS") && !has_totag()) { sl_send_reply("200", "OK"); exit; }
  if (is_method("CANCEL")) { t_relay(); exit; }
  if (has_totag()) { loose_route(); t_relay(); exit; }
  xlog("L_ERR", "took $rm over $proto\\n");
  record_route();
  $du = "sip:${callee}";
  t_relay();
}
${READY}`;
