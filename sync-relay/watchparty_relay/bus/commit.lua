-- One step of a room, or nothing: writes only if the room is still the one that was judged. All keys are in one slot.
-- KEYS: state, log, members, steps, answer
-- ARGV: expected mark, new mark, head, step, answer, answer's ms, room's ms, channel, version, whole, steps kept,
--       then four lists, each with its length before it: log pairs, log names, member pairs, member names
if ARGV[5] ~= '' then
  local given = redis.call('GET', KEYS[5])
  if given then return {'answered', given} end
end
local mark = redis.call('HGET', KEYS[1], 'mark') or ''
if mark ~= ARGV[1] then return {'conflict', mark} end
if ARGV[5] ~= '' then redis.call('SET', KEYS[5], ARGV[5], 'PX', ARGV[6]) end
if ARGV[4] == '' then return {'done', mark} end
-- What is left of a lost room must not be mixed with the next one.
if mark == '' or ARGV[10] == '1' then redis.call('DEL', KEYS[2], KEYS[3], KEYS[4]) end
local at = 12
for index, command in ipairs({'HSET', 'HDEL', 'HSET', 'HDEL'}) do
  local key, count, width = KEYS[index < 3 and 2 or 3], tonumber(ARGV[at]), command == 'HSET' and 2 or 1
  for first = at + 1, at + count, width do
    redis.call(command, key, unpack(ARGV, first, first + width - 1))
  end
  at = at + count + 1
end
redis.call('HSET', KEYS[1], 'mark', ARGV[2], 'head', ARGV[3])
redis.call('XADD', KEYS[4], 'MAXLEN', ARGV[11], ARGV[9] .. '-0', 's', ARGV[4])
for index = 1, 4 do redis.call('PEXPIRE', KEYS[index], ARGV[7]) end
redis.call('PUBLISH', ARGV[8], ARGV[4])
return {'done', ARGV[2]}
