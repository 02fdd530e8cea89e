/** What `halina check` says of the certificates of the SIP faces: read, fitting, in force, for the names that are meant. */
import { HalinaError } from '../base/errors.js';
import type { Config } from '../config/schema.js';
import { certificateIn, dateProblem, readPair, readPem } from '../sip/transport/certificates.js';
import { error, warning, type Finding } from './finding.js';

type Tls = NonNullable<Config['sip']['faces'][number]['tls']>;

export async function certificates(config: Config, now = Date.now()): Promise<Finding[]> {
  const settings = config.sip.faces.flatMap(({ tls }) => tls ?? []);
  const found = await Promise.all(settings.map((tls) => ofFace(tls, now)));
  return found.flat();
}

async function ofFace({ certificates, trusted }: Tls, now: number): Promise<Finding[]> {
  const pairs = certificates.map(async (files) => {
    const problem = dateProblem(await readPair(files), now);
    if (!problem) return [];
    return [problem.severe ? error(problem.text, problem.hint) : warning(problem.text, problem.hint)];
  });
  const authorities = (trusted ?? []).map(async (file) => {
    certificateIn(await readPem(file), file);
    return [];
  });
  const looked = await Promise.all([...pairs, ...authorities].map((one) => one.catch(told)));
  return looked.flat();
}

function told(thrown: unknown): Finding[] {
  if (thrown instanceof HalinaError) return [error(thrown.message, thrown.hint)];
  throw thrown;
}
