// The pictures of the console in docs/ekrany, in Polish, from a made-up town hall: the real pages and routes over a real
// Redis, with Chromium. `npm run docs:screens [-- NAME …]`: only those.
import { spawnSync } from 'node:child_process';
import { mkdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pageOf, startBrowser } from '../dist/test/support/console/browser.js';
import { seededOffice } from '../dist/test/support/console/seed/story.js';
import { shots, take } from '../dist/test/support/console/seed/shots.js';
import { RedisStand } from '../dist/test/support/console/stand.js';

const folder = resolve(import.meta.dirname, '../docs/ekrany');
const wanted = process.argv.slice(2);

/** As a palette of few colours: these pictures have few. */
function shrink(png, path) {
  const filter = 'split[a][b];[a]palettegen=max_colors=96:reserve_transparent=0[p];[b][p]paletteuse=dither=none';
  const args = ['-v', 'error', '-y', '-f', 'png_pipe', '-i', '-', '-vf', filter, '-pred', 'mixed', path];
  const { status, stderr } = spawnSync('ffmpeg', args, { input: png });
  if (status !== 0) throw new Error(`ffmpeg: ${stderr.toString()}`);
  return statSync(path).size;
}

const redis = await RedisStand.start();
const office = await seededOffice(redis);
const url = await office.whole.listen();
// Dates as in Poland need Debian's chromium-l10n, the face fonts-open-sans; without them the pictures are a little otherwise.
const browser = await startBrowser({ LANGUAGE: 'pl' }, ['--lang=pl']);
let [sum, failed] = [0, 0];
mkdirSync(folder, { recursive: true });
try {
  for (const shot of shots) {
    if (wanted.length > 0 && !wanted.includes(shot.name)) continue;
    const { name, who, dark, width = 1240, limited } = shot;
    const visitor = limited ? await office.whole.visitor(office.ids[who], 'second-factor') : office.visitors[who];
    const colorScheme = dark ? 'dark' : 'light';
    const page = await pageOf(browser, url, visitor, {
      viewport: { width, height: width < 600 ? 844 : 820 },
      colorScheme,
    });
    await page.clock.setFixedTime(office.now);
    try {
      const bytes = shrink(await take(page, url, shot, office), join(folder, `${name}.png`));
      sum += bytes;
      console.log(`${name}: ${(bytes / 1000).toFixed(0)} kB`);
    } catch (error) {
      failed += 1;
      await page.screenshot({ path: join(tmpdir(), `halina-screen-${name}.png`), fullPage: true });
      console.error(`${name}: ${error.message.split('\n').slice(0, 6).join(' ')}`);
    }
    await page.context().close();
  }
} finally {
  await browser.close();
  await office.close();
  await redis.close();
}
console.log(`${(sum / 1e6).toFixed(2)} MB in all`);
process.exit(failed > 0 ? 1 : 0);
