-- Reads a room's version and how much of its log is archived, and takes its lease if no living relay holds it.
-- KEYS: state, lease   ARGV: our token, lease's TTL in ms, then the tokens of relays that are known to be dead
local version, archived = unpack(redis.call('HMGET', KEYS[1], 'mark', 'archived'))
local owner = redis.call('GET', KEYS[2])
local free = not owner or owner == ARGV[1]
for index = 3, #ARGV do free = free or owner == ARGV[index] end
if free then
  owner = ARGV[1]
  redis.call('SET', KEYS[2], owner, 'PX', ARGV[2])
end
return {version or '', archived or '0', owner}
