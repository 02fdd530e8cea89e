/**
 * The `and` of strings of bits, made by Redis: of blocks of calls, from the newest, as many as are wanted. It is made in a
 * script, whose one write (a string that is gone again when the script ends) goes neither into the append-only file nor to a
 * replica, so a search leaves no trace of what was asked, and costs no disk.
 */
import type { RedisLink } from './redis-link.js';
import type { RedisKeys } from './redis-keys.js';

/** Blocks of one script, which holds up all others in Redis for as long as it takes: 17 strings each are below a millisecond. */
const BLOCKS_AT_ONCE = 16;

/**
 * KEYS: one to work in, then those of each block. ARGV: how many those are, and how many calls are wanted. Gives of each block
 * that was looked at its string of bits, or nothing where no bit is left. (Before Redis 7, `replicate_commands` lets a script say
 * what is replicated.)
 */
const AND = `
if redis.replicate_commands then redis.replicate_commands() end
redis.set_repl(redis.REPL_NONE)
local strings, wanted, found, count = tonumber(ARGV[1]), tonumber(ARGV[2]), {}, 0
for at = 2, #KEYS, strings do
  redis.call('BITOP', 'AND', KEYS[1], unpack(KEYS, at, at + strings - 1))
  local bits = redis.call('BITCOUNT', KEYS[1])
  found[#found + 1] = bits > 0 and redis.call('GET', KEYS[1])
  count = count + bits
  if count >= wanted then break end
end
redis.call('DEL', KEYS[1])
return found
`;

/**
 * The calls of each block that have all of `attributes` (and their values), until there are `wanted` calls; fewer blocks than were
 * asked for where there are those before. Null: none.
 */
export async function andOfBlocks(
  { redis, keys }: { readonly redis: RedisLink; readonly keys: RedisKeys },
  attributes: readonly (readonly [attribute: string, value: string])[],
  blocks: readonly number[],
  wanted: number,
): Promise<Map<number, Buffer | null>> {
  const some = blocks.slice(0, BLOCKS_AT_ONCE);
  const strings = some.flatMap((block) => attributes.map(([attribute, value]) => keys.bits(block, attribute, value)));
  const asked = [keys.scratch, ...strings];
  const found = (await redis.callBuffer(
    'EVAL',
    AND,
    asked.length,
    ...asked,
    attributes.length,
    wanted,
  )) as (Buffer | null)[];
  return new Map(found.map((bits, i) => [some[i] ?? -1, bits]));
}
