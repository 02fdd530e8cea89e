/**
 * The torture messages of RFC 4475, built anew: what each is to show is the RFC's, and so is what an element should do with
 * it. `§` marks the place of Content-Length's value, filled in with the true length.
 */
import { requestText } from './text.js';

/** What the receiving end is to do, before any application sees it. */
export type Fate = 'take' | 'drop' | { readonly refuse: number };

export interface Torture {
  readonly name: string;
  readonly section: string;
  readonly bytes: Buffer;
  readonly fate: Fate;
}

const SDP = [
  'v=0', 'o=mhandley 29739 7272939 IN IP4 192.0.2.3', 's=-', 'c=IN IP4 192.0.2.4', 't=0 0',
  'm=audio 49217 RTP/AVP 0 12', 'm=video 3227 RTP/AVP 31', 'a=rtpmap:31 LPC', '',
].join('\r\n'); // prettier-ignore

/** Lines, an empty line, and a body whose length is put where `§` stands. */
function build(lines: readonly string[], body: string | Buffer = ''): Buffer {
  const bytes = Buffer.from(body);
  const head = `${lines.join('\r\n')}\r\n\r\n`.replace('§', String(bytes.length));
  return Buffer.concat([Buffer.from(head), bytes]);
}

const refuse = (status: number): Fate => ({ refuse: status });
const found: Torture[] = [];
const add = (section: string, name: string, fate: Fate, bytes: Buffer): void => {
  found.push({ section, name, fate, bytes });
};

/** The headers that a message needs and its test says nothing of. */
function usual(name: string, cseq: string, leave: readonly string[] = []): string[] {
  return [
    `Via: SIP/2.0/UDP host1.example.com;branch=z9hG4bK-${name}`,
    'Max-Forwards: 70',
    'From: <sip:caller@example.net>;tag=242etr',
    'To: <sip:user@example.com>',
    `Call-ID: ${name}.0ha0isndaksdj@192.0.2.2`,
    `CSeq: ${cseq}`,
    'Contact: <sip:caller@host5.example.net>',
  ].filter((line) => !leave.some((start) => line.startsWith(start)));
}

// --- § 3.1.1: valid --------------------------------------------------------------------------------------------------

add('3.1.1.1', 'a short tortuous INVITE', 'take', build([
  'INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0',
  'TO :', ' sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n',
  'from   : "J Rosenberg \\\\\\""       <sip:jdrosen@example.com>', '  ;', '  tag = 98asjd8',
  'MaX-fOrWaRdS: 0068', 'Call-ID: wsinv.ndaksdj@192.0.2.1', 'Content-Length   : §', 'cseq: 0009', '  INVITE',
  'Via  : SIP  /   2.0', ' /UDP', '    192.0.2.2;branch=390skdjuw', 's :', 'NewFangledHeader:   newfangled value',
  ' continued newfangled value', 'UnknownHeaderWithUnusualValue: ;;,,;;,;', 'Content-Type: application/sdp',
  'Route:', ' <sip:services.example.com;lr;unknownwith=value;unknown-no-value>',
  'v:  SIP  / 2.0  / TCP     spindle.example.com   ;', '  branch  =   z9hG4bK9ikj8  ,',
  ' SIP  /    2.0   / UDP  192.168.255.111   ; branch=', ' z9hG4bK30239',
  'm:"Quoted string \\"\\"" <sip:jdrosen@example.com> ; newparam =', '      newvalue ;', '  secondparam ; q = 0.33',
], SDP)); // prettier-ignore

add('3.1.1.2', 'the wide range of valid characters', 'take', build([
  "!interesting-Method0123456789_*+`.%indeed'~ sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com SIP/2.0",
  "Via: SIP/2.0/TCP host1.example.com;branch=z9hG4bK-.!%66*_+`'~",
  'To: "BEL:\\\x07 NUL:\\\x00 DEL:\\\x7F" <sip:1_unusual.URI~(to-be!sure)&isn\'t+it$/crazy?,/;;*@example.com>',
  "From: token1~` token2'+_ token3*%!.- <sip:mundane@example.com>;fromParam''~+*_!.-%=\"\u0440\u0430\u0431\u043e\u0442\u0430\u044e\u0449\u0438\u0439\";tag=_token~1'+`*%!-.",
  'Call-ID: intmeth.word%ZK-!.*_+\'@word`~)(><:\\/"][?}{', "CSeq: 139122385 !interesting-Method0123456789_*+`.%indeed'~",
  'Max-Forwards: 255', "extensionHeader-!.%*+_`'~:\ufeff\u5927\u505c\u96fb", 'Content-Length: §',
])); // prettier-ignore

add('3.1.1.3', 'escapes within a URI', 'take', build([
  'INVITE sip:sips%3Auser%40example.com@example.net SIP/2.0', 'To: sip:%75se%72@example.com',
  'From: <sip:I%20have%20spaces@example.net>;tag=938', 'Max-Forwards: 87', 'i: esc01.239409asdfakjkn23onasd0-3234',
  'CSeq: 234234 INVITE', 'Via: SIP/2.0/UDP host5.example.net;branch=z9hG4bKkdjuw', 'C: application/sdp',
  'Contact:', '  <sip:cal%6Cer@host5.example.net;%6C%72;n%61me=v%61lue%25%34%31>', 'Content-Length: §',
], SDP)); // prettier-ignore

add('3.1.1.4', 'escaped nulls in URIs', 'take', build([
  'REGISTER sip:example.com SIP/2.0', 'To: sip:null-%00-null@example.com', 'From: sip:null-%00-null@example.com;tag=839923423',
  'Max-Forwards: 70', 'Call-ID: escnull.39203ndfvkjdasfkq3w4otrq0adsfdfnavd', 'CSeq: 14398234 REGISTER',
  'Via: SIP/2.0/UDP host5.example.com;branch=z9hG4bKkdjuw', 'Contact: <sip:%00@host5.example.com>',
  'Contact: <sip:%00%00@host5.example.com>', 'L:§',
])); // prettier-ignore

add('3.1.1.5', 'per cent signs that are no escapes', 'take', build([
  'RE%47IST%45R sip:registrar.example.com SIP/2.0', 'To: "%Z%45" <sip:resource@example.com>',
  'From: "%Z%45" <sip:resource@example.com>;tag=f232jadfj23', 'Call-ID: esc02.asdfnqwo34rq23i34jrjasdcnl23nrlknsdf',
  'Via: SIP/2.0/TCP host.example.com;branch=z9hG4bK209%fzsnel234', 'CSeq: 29344 RE%47IST%45R', 'Max-Forwards: 70',
  'Contact: <sip:alias1@host1.example.com>', 'C%6Fntact: <sip:alias2@host2.example.com>',
  'Contact: <sip:alias3@host3.example.com>', 'l: §',
])); // prettier-ignore

add('3.1.1.6', 'a display name right before its bracket', 'take', build([
  'OPTIONS sip:user@example.com SIP/2.0', 'To: sip:user@example.com', 'From: caller<sip:caller@example.com>;tag=323',
  'Max-Forwards: 70', 'Call-ID: lwsdisp.1234abcd@funky.example.com', 'CSeq: 60 OPTIONS',
  'Via: SIP/2.0/UDP funky.example.com;branch=z9hG4bKkdjuw', 'l: §',
])); // prettier-ignore

const long = (text: string, times: number): string => text.repeat(times);
add('3.1.1.7', 'long values in header fields', 'take', build([
  'INVITE sip:user@example.com SIP/2.0',
  `To: "I have a user name of ${long('extreme', 20)} proportion"<sip:user@example.com:6000;unknownparam1=very${long('long', 20)}value;longparam${long('name', 30)}=shortvalue;very${long('long', 25)}ParameterNameWithNoValue>`,
  `F: sip:${long('amazinglylongcallername', 10)}@example.net;tag=12${long('982424', 50)};unknownheaderparam${long('name', 25)}=unknownheaderparam${long('value', 20)};unknownValueless${long('paramname', 15)}`,
  `Call-ID: longreq.one${long('really', 20)}longcallid`, 'CSeq: 3882340 INVITE',
  `Unknown-${long('Long', 20)}-Name: unknown-${long('long', 20)}-value; unknown-${long('long', 20)}-parameter-name = unknown-${long('long', 20)}-parameter-value`,
  ...Array.from({ length: 34 }, (_, n) => `Via: SIP/2.0/TCP sip${33 - n}.example.com;branch=z9hG4bK-${n}`),
  `V: SIP/2.0/TCP  host.example.com;received=192.0.2.5;branch=very${long('long', 50)}branchvalue`, 'Max-Forwards: 70',
  `Contact: <sip:${long('amazinglylongcallername', 5)}@host5.example.net>`, 'Content-Type: application/sdp', 'l: §',
], SDP)); // prettier-ignore

add('3.1.1.8', 'a second request after the end of the first', 'take', Buffer.concat([
  build([
    'REGISTER sip:example.com SIP/2.0', 'To: sip:j.user@example.com', 'From: sip:j.user@example.com;tag=43251j3j324',
    'Max-Forwards: 8', 'I: dblreq.0ha0isndaksdj99sdfafnl3lk233412', 'Contact: sip:j.user@host.example.com',
    'CSeq: 8 REGISTER', 'Via: SIP/2.0/UDP 192.0.2.125;branch=z9hG4bKkdjuw23492', 'Content-Length: §', '', '',
  ]),
  build(['INVITE sip:joe@example.com SIP/2.0', ...usual('dblreq', '8 INVITE'), 'Content-Length: §'], SDP),
])); // prettier-ignore

add('3.1.1.9', 'a semicolon in the user part', 'take', build([
  'OPTIONS sip:user;par=u%40example.net@example.com SIP/2.0', ...usual('semiuri', '8 OPTIONS'), 'l: §',
])); // prettier-ignore

add('3.1.1.10', 'varied and unknown transports', 'take', build([
  'OPTIONS sip:user@example.com SIP/2.0', ...usual('transports', '60 OPTIONS', ['Via']),
  'Via: SIP/2.0/UDP t1.example.com;branch=z9hG4bKkdjuw', 'Via: SIP/2.0/SCTP t2.example.com;branch=z9hG4bKklasjdhf',
  'Via: SIP/2.0/TLS t3.example.com;branch=z9hG4bK2980unddj', 'Via: SIP/2.0/UNKNOWN t4.example.com;branch=z9hG4bKasd0f3en',
  'Via: SIP/2.0/TCP t5.example.com;branch=z9hG4bK0a9idfnee', 'l: §',
])); // prettier-ignore

add('3.1.1.11', 'a multipart body with binary parts', 'take', build([
  'MESSAGE sip:kumiko@example.org SIP/2.0', ...usual('mpart01', '1 MESSAGE'), 'Content-Type: multipart/mixed;boundary=7a9cbec02ceef655',
  'Content-Length: §',
], Buffer.concat([
  Buffer.from('--7a9cbec02ceef655\r\nContent-Type: text/plain\r\n\r\nHello\r\n--7a9cbec02ceef655\r\nContent-Type: application/octet-stream\r\n\r\n'),
  Buffer.from([0x30, 0x82, 0x01, 0x52, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0xff]),
  Buffer.from('\r\n--7a9cbec02ceef655--\r\n'),
]))); // prettier-ignore

add('3.1.1.12', 'an unusual reason phrase', 'take', build([
  'SIP/2.0 200 = 2**3 * 5**2 \u043d\u043e \u0441\u0442\u043e \u0434\u0435\u0432\u044f\u043d\u043e\u0441\u0442\u043e \u0434\u0435\u0432\u044f\u0442\u044c - \u043f\u0440\u043e\u0441\u0442\u043e\u0435',
  ...usual('unreason', '35 INVITE'), 'Content-Length: §', 'Content-Type: application/sdp',
], SDP)); // prettier-ignore

add('3.1.1.13', 'an empty reason phrase', 'take', build(['SIP/2.0 100 ', ...usual('noreason', '35 INVITE'), 'Content-Length: §'])); // prettier-ignore

// --- § 3.1.2: invalid ------------------------------------------------------------------------------------------------

add('3.1.2.1', 'extra separators in header fields', refuse(400), build([
  'INVITE sip:user@example.com SIP/2.0', ...usual('badinv01', '8 INVITE', ['Via', 'Contact']),
  'Via: SIP/2.0/UDP 192.0.2.15;;,;,,', 'Contact: "Joe" <sip:joe@example.org>;;;;', 'Content-Length: §',
], SDP)); // prettier-ignore
add(
  '3.1.2.2',
  'a Content-Length larger than the message',
  refuse(400),
  Buffer.from(requestText({ method: 'INVITE', body: SDP, length: 9999 })),
);
add(
  '3.1.2.3',
  'a negative Content-Length',
  refuse(400),
  Buffer.from(requestText({ method: 'INVITE', body: SDP, length: -999 })),
);
add('3.1.2.4', 'scalar fields with values too large, in a request', refuse(400), build([
  'REGISTER sip:example.com SIP/2.0', ...usual('scalar02', '36893488147419103232 REGISTER', ['Max-Forwards']), 'Max-Forwards: 300',
  'Expires: 1000000000000000000000000000000000000000000000000000000', 'Content-Length: §',
])); // prettier-ignore
add('3.1.2.5', 'scalar fields with values too large, in a response', 'drop', build([
  'SIP/2.0 503 Service Unavailable', ...usual('scalarlg', '9292394834772304023312 OPTIONS'),
  'Retry-After: 949302838503028349304023988', 'Warning: 1812 overture "In Progress"', 'Content-Length: §',
])); // prettier-ignore
add('3.1.2.6', 'a quoted name that does not end', refuse(400), build([
  'INVITE sip:user@example.com SIP/2.0', ...usual('quotbal', '8 INVITE', ['To']), 'To: "Mr. J. User <sip:j.user@example.com>', 'Content-Length: §',
], SDP)); // prettier-ignore
for (const [section, name, line] of [
  ['3.1.2.7', 'brackets around the Request-URI', 'INVITE <sip:user@example.com> SIP/2.0'],
  ['3.1.2.8', 'white space within the Request-URI', 'INVITE sip:user@example.com; lr SIP/2.0'],
  ['3.1.2.9', 'several spaces in the request line', 'INVITE  sip:user@example.com  SIP/2.0'],
  ['3.1.2.10', 'a space at the end of the request line', 'INVITE sip:remote-target@example.com SIP/2.0  '],
  ['3.1.2.11', 'headers in the Request-URI', 'INVITE sip:user@example.com?Route=%3Csip:example.com%3E SIP/2.0'],
] as const)
  // prettier-ignore
  add(section, name, refuse(400), build([line, ...usual('request-line', '8 INVITE'), 'Content-Length: §'], SDP));
add('3.1.2.12', 'a Date of another zone, which is not ours to mind', 'take', build([
  'INVITE sip:user@example.com SIP/2.0', ...usual('baddate', '8 INVITE'), 'Date: Fri, 01 Jan 2010 16:00:00 EST', 'Content-Length: §',
], SDP)); // prettier-ignore
add('3.1.2.13', 'a Contact with headers and without brackets', refuse(400), build([
  'REGISTER sip:example.com SIP/2.0', ...usual('regbadct', '8 REGISTER', ['Contact']),
  'Contact: sip:user@example.com?Route=%3Csip:sip.example.com%3E', 'l: §',
])); // prettier-ignore
add('3.1.2.14', 'spaces within the brackets of an address, which we forgive', 'take', build([
  'OPTIONS sip:user@example.org SIP/2.0', ...usual('badaspec', '8 OPTIONS', ['To']), 'To: "Watson, Thomas" < sip:t.watson@example.org >', 'l: §',
])); // prettier-ignore
add('3.1.2.15', 'a display name that should be quoted, which we forgive', 'take', build([
  'OPTIONS sip:t.watson@example.org SIP/2.0', ...usual('baddn', '8 OPTIONS', ['From']), 'From: Bell, Alexander <sip:a.g.bell@example.com>;tag=43', 'l: §',
])); // prettier-ignore
add('3.1.2.16', 'an unknown protocol version', refuse(505), build([
  'OPTIONS sip:t.watson@example.org SIP/7.0', ...usual('badvers', '31417 OPTIONS', ['Via']), 'Via: SIP/7.0/UDP c.example.com;branch=z9hG4bKkdjuw',
  'l: §',
])); // prettier-ignore
add('3.1.2.17', 'a CSeq of another method', refuse(400), build(['OPTIONS sip:user@example.com SIP/2.0', ...usual('mismatch01', '8 INVITE'), 'l: §'])); // prettier-ignore
add('3.1.2.18', 'an unknown method with a CSeq of another', refuse(400), build(['NEWMETHOD sip:user@example.com SIP/2.0', ...usual('mismatch02', '8 INVITE'), 'l: §'])); // prettier-ignore
add('3.1.2.19', 'a status code out of all bounds', 'drop', build(['SIP/2.0 4294967301 better not break the receiver', ...usual('bigcode', '8 INVITE'), 'l: §'])); // prettier-ignore

// --- §§ 3.2 to 3.4: for the layers above, except where a header lacks or stands twice ---------------------------------

add('3.2.1', 'a branch that is the cookie alone', 'take', build([
  'OPTIONS sip:user@example.com SIP/2.0', ...usual('badbranch', '8 OPTIONS', ['Via']), 'Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK', 'l: §',
])); // prettier-ignore
add('3.3.1', 'missing Call-ID, From and To', refuse(400), build([
  'INVITE sip:user@example.com SIP/2.0', 'CSeq: 193942 INVITE', 'Via: SIP/2.0/UDP 192.0.2.95;branch=z9hG4bKkdj.insuf', 'l: §',
])); // prettier-ignore
add('3.3.2', 'a Request-URI of an unknown scheme', 'take', build(['OPTIONS nobodyKnowsThisScheme:totallyopaquecontent SIP/2.0', ...usual('unkscm', '8 OPTIONS'), 'l: §'])); // prettier-ignore
add('3.3.3', 'a Request-URI of a known scheme that is not of SIP', 'take', build(['OPTIONS soap.beep://192.0.2.103:3002 SIP/2.0', ...usual('novelsc', '8 OPTIONS'), 'l: §'])); // prettier-ignore
add('3.3.4', 'unknown schemes in From, To and Contact', 'take', build([
  'REGISTER sip:example.com SIP/2.0', ...usual('unksm2', '8 REGISTER', ['To', 'From', 'Contact']), 'To: isbn:2983792873',
  'From: <http://www.example.com>;tag=3234233', 'Contact: <name:John_Smith>', 'l: §',
])); // prettier-ignore
add('3.3.5', 'unknown option tags', 'take', build([
  'OPTIONS sip:user@example.com SIP/2.0', ...usual('bext01', '8 OPTIONS'), 'Require: nothingSupportsThis, nothingSupportsThisEither',
  'Proxy-Require: noProxiesSupportThis, norDoAnyProxiesSupportThis', 'l: §',
])); // prettier-ignore
add('3.3.6', 'an unknown type of body', 'take', build(['INVITE sip:user@example.com SIP/2.0', ...usual('invut', '8 INVITE'), 'Content-Type: application/unknownformat', 'Content-Length: §'], '<audio>')); // prettier-ignore
add('3.3.7', 'an unknown scheme of authentication', 'take', build(['REGISTER sip:example.com SIP/2.0', ...usual('regaut01', '8 REGISTER'), 'Authorization: NoOneKnowsThisScheme opaque-data=here', 'l: §'])); // prettier-ignore
add('3.3.8', 'several values where there is one', refuse(400), build([
  'INVITE sip:user@company.com SIP/2.0', ...usual('multi01', '5 INVITE'), 'Call-ID: multi01.2', 'CSeq: 59 INVITE', 'From: <sip:other@example.com>;tag=2',
  'To: sip:other@example.com', 'Max-Forwards: 5', 'l: §',
])); // prettier-ignore
add('3.3.9', 'two Content-Lengths', refuse(400), build(['OPTIONS sip:user@example.com SIP/2.0', ...usual('mcl01', '8 OPTIONS'), 'Content-Length: 13', 'Content-Length: 5'], 'There is no way to know how many octets are in this body.')); // prettier-ignore
add('3.3.10', 'a response whose Via is a broadcast address (the transport drops it)', 'take', build([
  'SIP/2.0 200 OK', ...usual('bcast', '2 INVITE', ['Via']), 'Via: SIP/2.0/UDP 192.0.2.198;branch=z9hG4bK1324923', 'Via: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK1saber23', 'Content-Length: §',
], SDP)); // prettier-ignore
add('3.3.11', 'Max-Forwards of zero', 'take', build(['OPTIONS sip:user@example.com SIP/2.0', ...usual('zeromf', '8 OPTIONS', ['Max']), 'Max-Forwards: 0', 'l: §'])); // prettier-ignore
add('3.3.12', 'a Contact with a parameter of its own', 'take', build(['REGISTER sip:example.com SIP/2.0', ...usual('cparam01', '8 REGISTER', ['Contact']), 'Contact: sip:+19725552222@gw1.example.net;unknownparam', 'l: §'])); // prettier-ignore
add('3.3.13', 'a Contact whose URI has the parameter', 'take', build(['REGISTER sip:example.com SIP/2.0', ...usual('cparam02', '8 REGISTER', ['Contact']), 'Contact: <sip:+19725552222@gw1.example.net;unknownparam>', 'l: §'])); // prettier-ignore
add('3.3.14', 'headers within the URI of a Contact', 'take', build(['REGISTER sip:example.com SIP/2.0', ...usual('regescrt', '8 REGISTER', ['Contact']), 'Contact: <sip:user@example.com?Route=%3Csip:sip.example.com%3E>', 'L:§'])); // prettier-ignore
add('3.3.15', 'an Accept without application/sdp', 'take', build(['INVITE sip:user@example.com SIP/2.0', ...usual('sdp01', '8 INVITE'), 'Accept: text/nobodyKnowsThis', 'Content-Length: §'])); // prettier-ignore
add('3.4.1', 'an INVITE of RFC 2543', 'take', build([
  'INVITE sip:UserB@example.com SIP/2.0', 'Via: SIP/2.0/UDP iftgw.example.com', 'From: <sip:+13035551111@ift.client.example.net;user=phone>',
  'Record-Route: <sip:UserB@example.com;maddr=ss1.example.com>', 'To: sip:+16505552222@ss1.example.net;user=phone',
  'Call-ID: inv2543.1717@ift.client.example.com', 'CSeq: 56 INVITE', 'Content-Type: application/sdp', 'Content-Length: §',
], SDP)); // prettier-ignore

/** All of them, in the RFC's order. */
export const TORTURE: readonly Torture[] = found;

/** One by its section. */
export function torture(section: string): Buffer {
  const one = found.find((candidate) => candidate.section === section);
  if (!one) throw new Error(`no message of RFC 4475 § ${section}`);
  return one.bytes;
}
