/**
 * SIPp scenarios put together from the steps of a call, for tests in which the provider's side does more than talk and
 * hang up. Each method adds a step; `@name@` is filled in by `sipp()`, `[name]` by SIPp.
 */

/** What an SDP of SIPp's says. */
export interface SdpForm {
  /** RTP port; default: `@media@`. */
  readonly media?: number | string;
  readonly direction?: 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';
  /** Address in c=; default: its own. `0.0.0.0` is the hold of RFC 2543. */
  readonly connection?: string;
  /** Whether telephone-event is offered; default: yes. */
  readonly keys?: boolean;
  /** Fax (T.38) in place of sound. */
  readonly fax?: boolean;
}

const INDENT = '      ';

function sdpLines({ media = '@media@', direction, connection = '[media_ip]', keys = true, fax }: SdpForm): string[] {
  const head = ['v=0', 'o=provider 1 @version@ IN IP4 [local_ip]', 's=-', `c=IN IP4 ${connection}`, 't=0 0'];
  if (fax) return [...head, `m=image ${media} udptl t38`, 'a=T38FaxVersion:0', 'a=T38MaxBitRate:14400'];
  return [
    ...head,
    `m=audio ${media} RTP/AVP 8${keys ? ' 101' : ''}`,
    'a=rtpmap:8 PCMA/8000',
    ...(keys ? ['a=rtpmap:101 telephone-event/8000', 'a=fmtp:101 0-15'] : []),
    ...(direction ? [`a=${direction}`] : []),
  ];
}

const digitFile = (key: string): string =>
  `/usr/share/sip-tester/dtmf_2833_${{ '*': 'star', '#': 'pound' }[key] ?? key}.pcap`;

export class Scenario {
  readonly #steps: string[] = [];
  readonly #role: 'caller' | 'callee';
  #inDialog: boolean;
  #cseq = 1;
  #version = 0;

  private constructor(role: 'caller' | 'callee') {
    this.#role = role;
    this.#inDialog = role === 'caller';
  }

  /** An outside caller: INVITE to `@number@` from `@caller@`, up to the ACK of the 200. */
  static caller(sdp: SdpForm = {}): Scenario {
    const scenario = new Scenario('caller');
    const to = ['To: <sip:@number@@[remote_ip]>'];
    scenario.#send(
      'INVITE sip:@number@@[remote_ip]:[remote_port] SIP/2.0',
      [...scenario.#via, ...scenario.#from, ...to, 'Call-ID: [call_id]', 'CSeq: 1 INVITE', ...contact('@caller@@')],
      sdp,
    );
    for (const status of [100, 180, 183]) scenario.#steps.push(`<recv response="${status}" optional="true" />`);
    scenario.#steps.push(
      '<recv response="200" rrs="true"><action><ereg regexp=".*" search_in="hdr" header="To:" assign_to="1" /></action></recv>',
    );
    scenario.#ack();
    return scenario;
  }

  /** The callee of an outbound call: rings for `ringMs` and answers, up to the ACK. */
  static callee(ringMs: number, sdp: SdpForm = {}): Scenario {
    const scenario = new Scenario('callee');
    scenario.#steps.push(
      `<recv request="INVITE" crlf="true" rrs="true"><action>
    <ereg regexp=".*" search_in="hdr" header="From:" assign_to="1" />
    <ereg regexp="[^;]*" search_in="hdr" header="To:" assign_to="2" /></action></recv>`,
    );
    scenario.#reply('180 Ringing');
    scenario.pause(ringMs);
    scenario.#reply('200 OK', sdp);
    scenario.#steps.push('<recv request="ACK" />');
    scenario.#cseq = 0;
    return scenario;
  }

  pause(ms: number): this {
    this.#steps.push(`<pause milliseconds="${ms}" />`);
    return this;
  }

  /** A pause of chance length, evenly spread. */
  pauseBetween(fromMs: number, toMs: number): this {
    if (fromMs === toMs) return this.pause(fromMs);
    this.#steps.push(`<pause distribution="uniform" min="${fromMs}" max="${toMs}" />`);
    return this;
  }

  /** A re-INVITE of its own, answered and acknowledged. */
  offers(sdp: SdpForm): this {
    this.#within('INVITE', ['Contact: <sip:provider@[local_ip]:[local_port];transport=[transport]>'], sdp);
    this.#steps.push('<recv response="100" optional="true" />', '<recv response="200" rrs="true" />');
    this.#ack();
    return this;
  }

  /** A re-INVITE of its own, which is refused with this status. */
  offersInVain(sdp: SdpForm, status: number): this {
    this.#within('INVITE', ['Contact: <sip:provider@[local_ip]:[local_port];transport=[transport]>'], sdp);
    this.#steps.push('<recv response="100" optional="true" />', `<recv response="${status}" />`);
    this.#ack('[branch-3]');
    return this;
  }

  /** A re-INVITE of the other side, refused with this status. */
  refusesOffer(status: string): this {
    this.#steps.push('<recv request="INVITE" crlf="true" />');
    this.#reply(status);
    this.#steps.push('<recv request="ACK" />');
    return this;
  }

  /** A re-INVITE of the other side, whose body must match, answered. */
  takesOffer(body: RegExp, answer: SdpForm): this {
    const check = `<ereg regexp="${body.source}" search_in="body" check_it="true" assign_to="3" />`;
    this.#steps.push(`<recv request="INVITE" crlf="true"><action>${check}</action></recv>`);
    this.#reply('200 OK', answer);
    this.#steps.push('<recv request="ACK" />');
    return this;
  }

  /** Presses keys: each as RFC 4733 packets of Debian's captures, from its own media port. */
  presses(keys: string, gapMs = 400): this {
    for (const key of keys) {
      this.#steps.push(`<nop><action><exec play_pcap_audio="${digitFile(key)}" /></action></nop>`);
      this.pause(gapMs);
    }
    return this;
  }

  /** A key in INFO. */
  sendsInfo(key: string): this {
    this.#within('INFO', ['Content-Type: application/dtmf-relay'], [`Signal=${key}`, 'Duration=160']);
    this.#steps.push('<recv response="200" />');
    return this;
  }

  /** A key in INFO from the other side. */
  takesInfo(key: string): this {
    const check = `<ereg regexp="Signal=[${key}]" search_in="body" check_it="true" assign_to="3" />`;
    this.#steps.push(`<recv request="INFO"><action>${check}</action></recv>`);
    this.#reply('200 OK');
    return this;
  }

  hangsUp(): this {
    this.#within('BYE', []);
    this.#steps.push('<recv response="200" />');
    return this;
  }

  /** Waits until the other side hangs up. */
  isHungUpOn(ms = 60_000): this {
    this.#steps.push(`<recv request="BYE" timeout="${ms}" />`);
    this.#reply('200 OK');
    return this;
  }

  toString(): string {
    // SIPp refuses a scenario that assigns a variable and never says it again.
    const steps = this.#steps.join('\n');
    const assigned = [...new Set([...steps.matchAll(/assign_to="(\d)"/g)].map(([, name]) => name))];
    const head = '<?xml version="1.0" encoding="UTF-8" ?>\n<scenario name="halina">';
    return `${head}\n${steps}\n<Reference variables="${assigned.join(',')}" />\n</scenario>\n`;
  }

  get #via(): readonly string[] {
    return viaOf('[branch]');
  }

  get #from(): readonly string[] {
    return [
      this.#role === 'caller'
        ? 'From: <sip:@caller@@[local_ip]>;tag=[pid]c[call_number]'
        : 'From: [$2];tag=[pid]s[call_number]',
    ];
  }

  /** A request within the dialog. */
  #within(method: string, headers: readonly string[], body?: SdpForm | readonly string[], branch = '[branch]'): void {
    if (method !== 'ACK') this.#cseq++;
    const dialog = [...this.#from, 'To: [$1]', 'Call-ID: [call_id]', `CSeq: ${this.#cseq} ${method}`];
    this.#send(`${method} [next_url] SIP/2.0`, [...viaOf(branch), ...dialog, ...headers], body);
  }

  /** `branch`: the INVITE's, so many steps before, where that was refused (RFC 3261 § 17.1.1.3). */
  #ack(branch?: string): void {
    this.#within('ACK', [], undefined, branch);
  }

  #reply(status: string, sdp?: SdpForm): void {
    const copied = ['[last_Via:]', '[last_Record-Route:]', '[last_From:]'];
    // Within the dialog To carries our tag already.
    const to = this.#inDialog ? '[last_To:]' : '[last_To:];tag=[pid]s[call_number]';
    if (status.startsWith('200')) this.#inDialog = true;
    const own = ['[last_Call-ID:]', '[last_CSeq:]', 'Contact: <sip:[local_ip]:[local_port];transport=[transport]>'];
    this.#send(`SIP/2.0 ${status}`, [...copied, to, ...own], sdp);
  }

  #send(firstLine: string, headers: readonly string[], body?: SdpForm | readonly string[]): void {
    const isSdp = body !== undefined && !Array.isArray(body);
    const lines = isSdp ? sdpLines(body as SdpForm) : ((body as readonly string[] | undefined) ?? []);
    const type = isSdp ? ['Content-Type: application/sdp'] : [];
    const version = isSdp ? String(++this.#version) : '';
    const text = [firstLine, ...headers, ...type, `Content-Length: ${lines.length > 0 ? '[len]' : '0'}`, '', ...lines];
    const resend = isFinalToInvite(firstLine, isSdp) || isRequest(firstLine) ? ' retrans="500"' : '';
    const content = text.map((line) => INDENT + line.replace('@version@', version)).join('\n');
    this.#steps.push(`<send${resend}><![CDATA[\n${content}\n${lines.length > 0 ? '' : '\n'}    ]]></send>`);
  }
}

const viaOf = (branch: string): readonly string[] => [
  `Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=${branch};rport`,
  'Max-Forwards: 70',
];
const isRequest = (firstLine: string): boolean => firstLine.endsWith(' SIP/2.0') && !firstLine.startsWith('ACK');
const isFinalToInvite = (firstLine: string, hasSdp: boolean): boolean => hasSdp && firstLine.startsWith('SIP/2.0 200');

const contact = (user: string): readonly string[] => [
  `Contact: <sip:${user}[local_ip]:[local_port];transport=[transport]>`,
  'Allow: INVITE, ACK, CANCEL, BYE, INFO, UPDATE, OPTIONS',
];
