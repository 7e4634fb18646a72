-- Commits one change of a room, or nothing: writes only if the room still has the version that the change was decided
-- on. All keys are in one slot.
-- KEYS: state, log, members, steps (the stream of deltas), then one key per answer
-- ARGV: expected version id, new version id, head, delta, answers' TTL in ms, room's TTL in ms, channel, version,
--       1 if the delta is the whole room, length of the stream, then five lists, each preceded by its length:
--       answers, log pairs to set, log fields to delete, member pairs to set, member fields to delete
-- Another server, or this one after a restart, may lack changes that clients have seen: the room needs a new epoch then.
local home = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
local mark, begun = unpack(redis.call('HMGET', KEYS[1], 'mark', 'home'))
mark = mark or ''
if mark ~= '' and begun ~= home and ARGV[9] ~= '1' then return {'elsewhere'} end
local answered = {'answered'}
for index = 5, #KEYS do
  local answer = redis.call('GET', KEYS[index])
  if answer then
    answered[#answered + 1] = tostring(index - 5)
    answered[#answered + 1] = answer
  end
end
if #answered > 1 then return answered end
if mark ~= ARGV[1] then return {'conflict', mark} end
local at = 11
for index = 1, tonumber(ARGV[at]) do redis.call('SET', KEYS[4 + index], ARGV[at + index], 'PX', ARGV[5]) end
if ARGV[4] == '' then return {'done', mark} end
-- What remains of a lost room must not be mixed with the new one.
if mark == '' or ARGV[9] == '1' then
  redis.call('DEL', KEYS[2], KEYS[3], KEYS[4])
  redis.call('HDEL', KEYS[1], 'archived')
end
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
