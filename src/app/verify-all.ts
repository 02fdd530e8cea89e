/** `halina verify`: journal, index and disk, the audit log, and what the log says of each recording. */
import type { Archive } from '../archive/archive.js';
import type { AuditLog } from '../audit/audit-log.js';
import type { AuditDifference } from '../audit/verify.js';
import type { SaidRecording } from '../audit/verify-chain.js';
import { defined } from '../base/defined.js';
import { noProgress } from '../base/progress.js';
import type { Progress } from '../base/progress.js';
import { commandLine } from './audit-parts.js';
import type { Control, Reply, Request } from './control-api.js';

const sealedAs = ({ storedSha256 }: SaidRecording): string =>
  storedSha256 ? `, sealed with SHA-256 ${storedSha256}` : '';

/** Recordings that the chain does not know, or knows by another hash. */
async function* againstChain(
  archive: Archive,
  said: ReadonlyMap<string, SaidRecording>,
): AsyncGenerator<AuditDifference & { readonly id: string }> {
  const todo = 'treat it as an incident: the audit log and the archive must agree on every recording';
  for await (const { entry, state } of archive.recorded()) {
    const { id } = entry;
    const chain = said.get(id);
    const { sha256, stored } = state.recording;
    // Of a sealed one the file's hash counts too: without its key nothing else says that the file is the one of then.
    if (chain?.sha256 === sha256 && chain.storedSha256 === stored?.sha256) continue;
    const what = chain
      ? `the audit log says '${chain.what}' of it${chain.sha256 ? ` with SHA-256 ${chain.sha256}` : ''}${sealedAs(chain)}`
      : 'the audit log does not know the recording';
    yield { kind: 'audit-recordings', id, what, todo };
  }
}

export async function verifyAll(
  archive: Archive,
  audit: AuditLog,
  { hash, anchors }: Request<'verify'>,
  progress: Progress = noProgress,
): Promise<Reply<'verify'>> {
  const differences: Reply<'verify'>['differences'] = [];
  for await (const difference of archive.verify({ hash, progress })) differences.push(defined({ ...difference }));
  await archive.onRecord();
  const outside = anchors && { name: anchors.name, bytes: Buffer.from(anchors.text) };
  const verdict = await audit.verify(outside);
  differences.push(...verdict.differences.map((one) => defined({ ...one })));
  for await (const one of againstChain(archive, verdict.recordings)) differences.push(one);
  const proven = verdict.proof.outsideTo !== undefined;
  await audit.append({ event: 'verify', actor: commandLine(), facts: { differences: differences.length, proven } });
  return { differences, audit: defined({ ...verdict.proof }) };
}

export function auditControl(archive: Archive, audit: AuditLog): Pick<Control, 'audit' | 'anchor' | 'note'> {
  return {
    async note({ event, ...facts }) {
      await archive.onRecord();
      await audit.append({ event, actor: commandLine(), facts: defined(facts) });
      return {};
    },
    async audit({ event, object, ...query }) {
      const events = event === undefined ? {} : { events: [event as never] };
      const page = await audit.read({ ...defined(query), ...events, ...(object ? { object: { id: object } } : {}) });
      return defined({
        ...page,
        lines: page.lines.map((line) => defined({ ...line, erased: [...line.erased] })),
      }) as Reply<'audit'>;
    },
    async anchor({ newKey }) {
      const key = newKey ? await audit.rotateKey() : undefined;
      await audit.anchor();
      return defined({ at: audit.anchoredAt, key }) as Reply<'anchor'>;
    },
  };
}
