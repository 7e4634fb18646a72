-- One step of a room, or nothing: writes only if the room is still the one that was judged. All keys are in one slot.
-- KEYS: state, log, members, steps, then the answers of the commands in the step
-- ARGV: expected mark, new mark, head, step, answers' ms, room's ms, channel, version, whole, steps kept,
--       then five lists, each with its length before it: answers, log pairs, log names, member pairs, member names
-- Another server, or the same one started again, may lack steps that people were told of: the room begins anew there.
local home = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
local mark, begun = unpack(redis.call('HMGET', KEYS[1], 'mark', 'home'))
mark = mark or ''
if mark ~= '' and begun ~= home and ARGV[9] ~= '1' then return {'elsewhere'} end
local given = {'answered'}
for index = 5, #KEYS do
  local answer = redis.call('GET', KEYS[index])
  if answer then
    given[#given + 1] = tostring(index - 5)
    given[#given + 1] = answer
  end
end
if #given > 1 then return given end
if mark ~= ARGV[1] then return {'conflict', mark} end
local at = 11
for index = 1, tonumber(ARGV[at]) do redis.call('SET', KEYS[4 + index], ARGV[at + index], 'PX', ARGV[5]) end
if ARGV[4] == '' then return {'done', mark} end
-- What is left of a lost room must not be mixed with the next one.
if mark == '' or ARGV[9] == '1' then redis.call('DEL', KEYS[2], KEYS[3], KEYS[4]) end
at = at + tonumber(ARGV[at]) + 1
for index, command in ipairs({'HSET', 'HDEL', 'HSET', 'HDEL'}) do
  local key, count, width = KEYS[index < 3 and 2 or 3], tonumber(ARGV[at]), command == 'HSET' and 2 or 1
  for first = at + 1, at + count, width do
    redis.call(command, key, unpack(ARGV, first, first + width - 1))
  end
  at = at + count + 1
end
redis.call('HSET', KEYS[1], 'mark', ARGV[2], 'head', ARGV[3], 'home', home)
redis.call('XADD', KEYS[4], 'MAXLEN', ARGV[10], ARGV[8] .. '-0', 's', ARGV[4])
for index = 1, 4 do redis.call('PEXPIRE', KEYS[index], ARGV[6]) end
redis.call('PUBLISH', ARGV[7], ARGV[4])
return {'done', ARGV[2]}
