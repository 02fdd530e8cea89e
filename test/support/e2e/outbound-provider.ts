/**
 * A provider as RFC 5626 draws it, made of Kamailios: edge proxies, of which each keeps the connections of its clients and
 * names them by flow tokens in Path and Record-Route, and behind them a registrar that knows an instance's flows and tries
 * the next where one has failed (430).
 */
import { MODULES, READY, runKamailio } from './kamailio.js';
import type { Started } from './process.js';

const head = (listen: readonly string[], modules: readonly string[]): string => `
debug=1
log_stderror=yes
fork=yes
children=1
tcp_children=1
auto_aliases=no
disable_tcp=no
enable_tls=no
${listen.map((one) => `listen=${one}`).join('\n')}
${MODULES}
${modules.map((name) => `loadmodule "${name}.so"`).join('\n')}
`;

const COMMON = ['tm', 'sl', 'rr', 'pv', 'siputils', 'textops', 'xlog'];

/** TCP towards clients (§ 5), UDP towards the registrar at `home`. */
export const edgeProxy = async (address: string, home: string): Promise<Started> =>
  runKamailio(`${head([`tcp:${address}:5060`, `udp:${address}:5060`], ['stun', 'outbound', ...COMMON, 'path'])}
modparam("outbound", "flow_token_secret", "a secret of the edges")
modparam("path", "use_received", 0)

request_route {
  if (is_method("CANCEL")) { t_relay(); exit; }
  if (is_method("REGISTER")) {
    remove_hf("Route");
    add_path();
    $du = "sip:${home}";
    t_relay();
    exit;
  }
  switch (loose_route()) {
    case -2:
      sl_send_reply("403", "Forbidden");
      exit;
    case 1:
      break;
    default:
      if (has_totag()) { t_relay(); exit; }
      if ($si != "${home}") $du = "sip:${home}";
  }
  if (is_method("INVITE") && !has_totag()) {
    record_route();
    xlog("L_ERR", "edge: $rm over a flow\\n");
  }
  # A flow that is gone is not made anew from here (§ 5.3.1).
  set_forward_no_connect();
  t_newtran();
  if (!t_relay_to("0x02")) {
    xlog("L_ERR", "edge: the flow is gone\\n");
    t_reply("430", "Flow Failed");
  }
}
${READY}`);

/** Knows one account by its password, and sends what is for it along its flows. */
export const flowRegistrar = async (address: string, password: string): Promise<Started> =>
  runKamailio(`${head([`udp:${address}:5060`], [...COMMON, 'auth', 'usrloc', 'registrar'])}
modparam("usrloc", "db_mode", 0)
modparam("registrar", "use_path", 1)
modparam("registrar", "outbound_mode", 1)
modparam("tm", "fr_timer", 3000)
modparam("tm", "contacts_avp", "$avp(contacts)")
modparam("tm", "contact_flows_avp", "$avp(flows)")

request_route {
  if (is_method("CANCEL")) { t_relay(); exit; }
  if (is_method("REGISTER")) {
    if (!pv_www_authenticate("$td", "${password}", "0")) { www_challenge("$td", "0"); exit; }
    if (!save("location")) sl_reply_error();
    xlog("L_ERR", "registrar: took $ct by $hdr(Path)\\n");
    exit;
  }
  if (has_totag()) { loose_route(); t_relay(); exit; }
  record_route();
  if (!lookup("location")) { sl_send_reply("404", "Not Found"); exit; }
  t_load_contacts();
  t_next_contacts();
  t_on_branch_failure("flow");
  t_relay();
}

event_route[tm:branch-failure:flow] {
  xlog("L_ERR", "registrar: a flow has failed\\n");
  if (t_next_contact_flow()) t_relay();
}
${READY}`);
