/**
 * The pages as Vite built them, read once and served from memory, compressed as they were at the build. Every path that is
 * not a file leads to the one page, which knows the rest; a file's name has its hash, so it may be kept for ever.
 */
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

interface Page {
  readonly type: string;
  readonly plain: Buffer;
  readonly brotli?: Buffer;
  readonly gzip?: Buffer;
  readonly forEver: boolean;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json; charset=utf-8',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
};

/** `folder`: where the build is; where there is none, whoever comes is told so. */
export async function addPages(http: FastifyInstance, folder: string): Promise<void> {
  const pages = await readPages(folder);
  const index = pages.get('/index.html');
  http.get('/*', (request, reply) => {
    const path = request.url.split('?')[0] ?? '/';
    if (path.startsWith('/api/') || path.startsWith('/assets/')) {
      const page = pages.get(path);
      return page ? send(page, request, reply) : reply.callNotFound();
    }
    const page = pages.get(path) ?? index;
    if (page) return send(page, request, reply);
    return reply.code(503).type('text/plain; charset=utf-8').send('the pages are not built: npm run build\n');
  });
}

async function readPages(folder: string): Promise<Map<string, Page>> {
  const pages = new Map<string, Page>();
  const names = await readdir(folder, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [] as string[];
    throw error;
  });
  const read = async (name: string): Promise<Buffer | undefined> =>
    names.includes(name) ? await readFile(join(folder, name)) : undefined;
  for (const name of names) {
    const type = types[extname(name)];
    const plain = type === undefined ? undefined : await read(name);
    if (type === undefined || plain === undefined) continue;
    const [brotli, gzip] = [await read(`${name}.br`), await read(`${name}.gz`)];
    const forEver = name.startsWith('assets/');
    pages.set(`/${name}`, { type, plain, forEver, ...(brotli ? { brotli } : {}), ...(gzip ? { gzip } : {}) });
  }
  return pages;
}

function send(page: Page, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const takes = request.headers['accept-encoding'] ?? '';
  reply.type(page.type).header('vary', 'Accept-Encoding');
  reply.header('cache-control', page.forEver ? 'public, max-age=31536000, immutable' : 'no-cache');
  if (page.brotli && /\bbr\b/.test(takes)) return reply.header('content-encoding', 'br').send(page.brotli);
  if (page.gzip && /\bgzip\b/.test(takes)) return reply.header('content-encoding', 'gzip').send(page.gzip);
  return reply.send(page.plain);
}
